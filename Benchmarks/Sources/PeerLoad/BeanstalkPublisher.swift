/// beanstalkd: `put`, a batch of them in one write, then their answers.
final class BeanstalkPublisher: Client {
    private let connection: Connection
    private let request: [UInt8]
    private let batch: Int

    init(_ options: Options) throws {
        connection = try Connection(port: options.port)
        batch = options.batch
        let one = Array("put 0 0 300 \(options.size)\r\n".utf8) + eventText(size: options.size) + [13, 10]
        request = Array((0..<options.batch).map { _ in one }.joined())
    }

    func exchange() throws -> Int {
        try connection.send(request)
        for _ in 0..<batch {
            let answer = try connection.line()
            guard answer.starts(with: "INSERTED ") else { throw LoadError.unexpected(answer.text) }
        }
        return batch
    }

    func finish() throws -> Int { 0 }
}
