/// Redis Streams: `XREADGROUP COUNT`, and `XACK` of all that it gave. The acknowledgement travels with the next read (pipelining).
final class RedisConsumer: Client {
    private let connection: Connection
    private let readCommand: [UInt8]
    private var ids: [[UInt8]] = []

    init(_ options: Options, index: Int) throws {
        connection = try Connection(port: options.port)
        var command: [UInt8] = []
        let words = ["XREADGROUP", "GROUP", "readers", "reader-\(index)", "COUNT", "\(options.batch)"]
        command.append(redisCommand: (words + ["STREAMS", "bench", ">"]).map { Array($0.utf8) })
        readCommand = command
    }

    func exchange() throws -> Int {
        // The first exchange has nothing to acknowledge yet.
        if ids.isEmpty {
            try connection.send(readCommand)
            try readEntries()
            if ids.isEmpty { return 0 }
        }
        let received = ids.count
        try connection.send(acknowledgement() + readCommand)
        try checkAcknowledged(received)
        try readEntries()
        return received
    }

    func finish() throws -> Int {
        let received = ids.count
        guard received > 0 else { return 0 }
        try connection.send(acknowledgement())
        try checkAcknowledged(received)
        return received
    }

    private func acknowledgement() -> [UInt8] {
        var command: [UInt8] = []
        command.append(redisCommand: [Array("XACK".utf8), Array("bench".utf8), Array("readers".utf8)] + ids)
        return command
    }

    private func checkAcknowledged(_ count: Int) throws {
        let acknowledged = try connection.redisNumber(":")
        guard acknowledged == count else { throw LoadError.unexpected("\(acknowledged) of \(count) acknowledged") }
    }

    /// `[[stream, [[id, [field, value]], …]]]`, or nothing.
    private func readEntries() throws {
        ids.removeAll(keepingCapacity: true)
        guard try connection.redisNumber("*") == 1 else { return }
        try connection.expectRedisArray(2)
        _ = try connection.redisString()
        for _ in 0..<(try connection.redisNumber("*")) {
            try connection.expectRedisArray(2)
            ids.append(Array(try connection.redisString()))
            try connection.expectRedisArray(2)
            _ = try connection.redisString()
            guard try connection.redisString().last == 0x7D else { throw LoadError.unexpected("not an event") }
        }
    }
}
