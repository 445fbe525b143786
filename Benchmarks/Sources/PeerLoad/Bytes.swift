extension UnsafeRawBufferPointer {
    var text: String { String(decoding: self, as: UTF8.self) }

    func starts(with prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { prefix in count >= prefix.count && self.prefix(prefix.count).elementsEqual(prefix) }
    }

    /// The decimal number that the bytes from `offset` on are.
    func number(from offset: Int = 0) throws -> Int {
        var rest = self[offset...]
        let isNegative = rest.first == 0x2D
        if isNegative { rest = rest.dropFirst() }
        guard !rest.isEmpty, rest.count < 19 else { throw LoadError.unexpected(text) }
        var value = 0
        for byte in rest {
            guard (0x30...0x39).contains(byte) else { throw LoadError.unexpected(text) }
            value = value * 10 + Int(byte - 0x30)
        }
        return isNegative ? -value : value
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    mutating func append(number: Int) {
        append(contentsOf: String(number).utf8)
    }
}
