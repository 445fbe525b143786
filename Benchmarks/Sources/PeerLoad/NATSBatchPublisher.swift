/// JetStream: atomic batches. Every event but the last is sent without a wish for an answer; the last commits the batch.
final class NATSBatchPublisher: Client {
    private static let idDigits = 12

    private let connection: Connection
    private let batch: Int
    private var request: [UInt8] = []
    /// Where the digits of the batch's id stand in the request.
    private var idOffsets: [Int] = []
    private var id: Int

    init(_ options: Options, index: Int) throws {
        connection = try Connection(port: options.port)
        batch = options.batch
        id = (index + 1) * 1_000_000_000
        let inbox = "_INBOX.peer-load.\(index)"
        try connection.natsConnect(inbox: inbox)
        let event = eventText(size: options.size)
        for number in 1...options.batch {
            let isLast = number == options.batch
            let prefix = "NATS/1.0\r\nNats-Batch-Id: "
            let digits = String(repeating: "0", count: Self.idDigits)
            let rest = "\r\nNats-Batch-Sequence: \(number)" + (isLast ? "\r\nNats-Batch-Commit: 1" : "") + "\r\n\r\n"
            let length = prefix.utf8.count + Self.idDigits + rest.utf8.count
            let reply = isLast ? "\(inbox) " : ""
            request += Array("HPUB bench \(reply)\(length) \(length + event.count)\r\n\(prefix)".utf8)
            idOffsets.append(request.count)
            request += Array("\(digits)\(rest)".utf8) + event + [13, 10]
        }
    }

    func exchange() throws -> Int {
        id += 1
        let digits = Array(String(id).utf8)
        let padded = [UInt8](repeating: 0x30, count: max(0, Self.idDigits - digits.count)) + digits
        for offset in idOffsets { request.replaceSubrange(offset..<offset + Self.idDigits, with: padded) }
        try connection.send(request)
        let answer = try connection.natsMessage()
        guard answer.isStored else {
            throw LoadError.unexpected("a batch that was not stored \(answer.status) \(answer.payload.text)")
        }
        return batch
    }

    func finish() throws -> Int { 0 }
}
