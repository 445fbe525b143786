/// Redis Streams: `XADD`, a batch of them in one write (pipelining), then their answers.
final class RedisPublisher: Client {
    private let connection: Connection
    private let request: [UInt8]
    private let batch: Int

    init(_ options: Options) throws {
        connection = try Connection(port: options.port)
        batch = options.batch
        var one: [UInt8] = []
        one.append(
            redisCommand: [Array("XADD".utf8), Array("bench".utf8), Array("*".utf8), Array("d".utf8)]
                + [eventText(size: options.size)])
        request = Array((0..<options.batch).map { _ in one }.joined())
    }

    func exchange() throws -> Int {
        try connection.send(request)
        for _ in 0..<batch {
            let length = try connection.redisNumber("$")
            guard length > 0 else { throw LoadError.unexpected("an event without an id") }
            try connection.skip(length + 2)
        }
        return batch
    }

    func finish() throws -> Int { 0 }
}
