/// JetStream: a pull consumer. Each request is for a batch; each event is acknowledged by itself, as `explicit` demands, and the
/// acknowledgements travel with the next request. JetStream does not answer them; whoever runs this asks for the count at the end.
final class NATSConsumer: Client {
    private let connection: Connection
    private let batch: Int
    private let request: [UInt8]
    private var acknowledgements: [UInt8] = []
    private var received = 0

    init(_ options: Options, index: Int) throws {
        connection = try Connection(port: options.port)
        batch = options.batch
        let inbox = "_INBOX.peer-load.\(index)"
        try connection.natsConnect(inbox: inbox)
        let body = #"{"batch":\#(options.batch),"no_wait":true}"#
        request = Array("PUB $JS.API.CONSUMER.MSG.NEXT.bench.reader \(inbox) \(body.utf8.count)\r\n\(body)\r\n".utf8)
    }

    func exchange() throws -> Int {
        let acknowledged = received
        try connection.send(acknowledgements + request)
        try receive()
        // The first exchange acknowledges nothing: it is counted with the second.
        if acknowledged == 0, received > 0 { return try exchange() }
        return acknowledged
    }

    func finish() throws -> Int {
        let acknowledged = received
        try connection.send(acknowledgements)
        try connection.natsFlush()
        received = 0
        return acknowledged
    }

    /// Up to a batch; fewer when no more is there.
    private func receive() throws {
        acknowledgements.removeAll(keepingCapacity: true)
        received = 0
        while received < batch {
            let message = try connection.natsMessage()
            // 404 no messages, 408 no more.
            if message.status.hasPrefix("NATS/1.0 40") { return }
            guard message.status.isEmpty, !message.reply.isEmpty else { throw LoadError.unexpected(message.status) }
            acknowledgements.append("PUB ")
            acknowledgements += message.reply
            acknowledgements.append(" 0\r\n\r\n")
            received += 1
        }
    }
}
