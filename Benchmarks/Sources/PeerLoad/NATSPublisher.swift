/// JetStream: asynchronous publishing. A window of one batch is unanswered at most; it is filled again when half of it is answered.
final class NATSPublisher: Client {
    private let connection: Connection
    private let requests: [UInt8]
    private let requestLength: Int
    private let window: Int
    private var unanswered = 0

    init(_ options: Options, index: Int) throws {
        connection = try Connection(port: options.port)
        let inbox = "_INBOX.peer-load.\(index)"
        try connection.natsConnect(inbox: inbox)
        window = options.batch
        let one = Array("PUB bench \(inbox) \(options.size)\r\n".utf8) + eventText(size: options.size) + [13, 10]
        requestLength = one.count
        requests = Array((0..<options.batch).map { _ in one }.joined())
    }

    func exchange() throws -> Int {
        try connection.send(requests[..<((window - unanswered) * requestLength)])
        unanswered = window
        return try read(until: window / 2)
    }

    func finish() throws -> Int { try read(until: 0) }

    /// Reads answers until at most so many are missing, and whatever else has come.
    private func read(until missing: Int) throws -> Int {
        let before = unanswered
        while unanswered > missing || (unanswered > 0 && connection.hasInput) {
            let answer = try connection.natsMessage()
            guard answer.isStored else {
                throw LoadError.unexpected("an event that was not stored \(answer.status) \(answer.payload.text)")
            }
            unanswered -= 1
        }
        return before - unanswered
    }
}
