/// beanstalkd: it has no batches, so a batch of `reserve` goes out in one write, with the `delete` of the batch before.
final class BeanstalkConsumer: Client {
    private let connection: Connection
    private let reserve: [UInt8]
    private let batch: Int
    private var deletes: [UInt8] = []
    private var reserved = 0

    init(_ options: Options) throws {
        connection = try Connection(port: options.port)
        batch = options.batch
        reserve = Array(String(repeating: "reserve-with-timeout 0\r\n", count: options.batch).utf8)
    }

    func exchange() throws -> Int {
        let count = reserved
        try connection.send(deletes + reserve)
        try readDeleted(count)
        try readReserved()
        // The first exchange deletes nothing: it is counted with the second.
        if count == 0, reserved > 0 { return try exchange() }
        return count
    }

    func finish() throws -> Int {
        let count = reserved
        try connection.send(deletes)
        try readDeleted(count)
        reserved = 0
        return count
    }

    private func readDeleted(_ count: Int) throws {
        for _ in 0..<count {
            let answer = try connection.line()
            guard answer.starts(with: "DELETED") else { throw LoadError.unexpected(answer.text) }
        }
    }

    /// `RESERVED id length`, the job, or `TIMED_OUT`, as often as was asked.
    private func readReserved() throws {
        deletes.removeAll(keepingCapacity: true)
        reserved = 0
        for _ in 0..<batch {
            let answer = try connection.line()
            if answer.starts(with: "TIMED_OUT") { continue }
            let words = answer.split(separator: 0x20)
            guard answer.starts(with: "RESERVED "), words.count == 3 else { throw LoadError.unexpected(answer.text) }
            deletes.append("delete ")
            deletes += words[1]
            deletes.append("\r\n")
            let length = try UnsafeRawBufferPointer(rebasing: words[2]).number()
            try connection.skip(length + 2)
            reserved += 1
        }
    }
}
