// RESP2, as far as streams need it.

extension Connection {
    /// The number of a line that must begin with this character.
    func redisNumber(_ kind: Character) throws -> Int {
        let line = try line()
        guard line.first == kind.asciiValue else { throw LoadError.unexpected(line.text) }
        return try line.number(from: 1)
    }

    func expectRedisArray(_ count: Int) throws {
        let found = try redisNumber("*")
        guard found == count else { throw LoadError.unexpected("an array of \(found)") }
    }

    /// Valid until the next call.
    func redisString() throws -> UnsafeRawBufferPointer {
        let length = try redisNumber("$")
        guard length >= 0 else { throw LoadError.unexpected("nil") }
        return UnsafeRawBufferPointer(rebasing: try bytes(length + 2).dropLast(2))
    }
}

extension [UInt8] {
    mutating func append(redisCommand words: [[UInt8]]) {
        append("*")
        append(number: words.count)
        append("\r\n")
        for word in words {
            append("$")
            append(number: word.count)
            append("\r\n")
            append(contentsOf: word)
            append("\r\n")
        }
    }
}
