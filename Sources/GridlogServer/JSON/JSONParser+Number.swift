extension JSONParser {
    /// RFC 8259, section 6.
    mutating func parseNumber() throws(JSONParseError) -> JSONValue {
        let start = offset
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try skipDigits() }
        var isWhole = true
        if skip(UInt8(ascii: ".")) {
            isWhole = false
            try skipDigits()
        }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            isWhole = false
            _ = skip(UInt8(ascii: "+")) || skip(UInt8(ascii: "-"))
            try skipDigits()
        }
        let text = text(from: start)
        if isWhole, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            throw JSONParseError(offset: start, reason: "the number is out of range")
        }
        return Int(exactly: number).map { .integer($0) } ?? .number(number)
    }

    private mutating func skipDigits() throws(JSONParseError) {
        let start = offset
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { offset += 1 }
        if offset == start { throw error("a digit must stand here") }
    }
}
