extension JSONParser {
    /// RFC 8259, section 7; the next byte is the opening quote.
    mutating func parseString() throws(JSONParseError) -> String {
        let start = offset
        offset += 1
        var content: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw JSONParseError(offset: start, reason: "the string is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                offset += 1
                try parseEscape(into: &content)
            case 0..<0x20:
                throw error("a control character must be escaped")
            default:
                content.append(byte)
                offset += 1
            }
        }
        throw error("it ends within a string")
    }

    private mutating func parseEscape(into content: inout [UInt8]) throws(JSONParseError) {
        guard let byte = next else { throw error("it ends within a string") }
        let character: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): character = byte
        case UInt8(ascii: "b"): character = 0x08
        case UInt8(ascii: "f"): character = 0x0C
        case UInt8(ascii: "n"): character = 0x0A
        case UInt8(ascii: "r"): character = 0x0D
        case UInt8(ascii: "t"): character = 0x09
        case UInt8(ascii: "u"):
            offset += 1
            content.append(contentsOf: try parseCodePoint().utf8)
            return
        default: throw error("no such escape")
        }
        content.append(character)
        offset += 1
    }

    /// The scalar of `uXXXX`, or of a surrogate pair; the next byte is the first digit.
    private mutating func parseCodePoint() throws(JSONParseError) -> String {
        let start = offset
        var value = try parseHexadecimal()
        if (0xD800..<0xDC00).contains(value), skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) {
            let low = try parseHexadecimal()
            if (0xDC00..<0xE000).contains(low) { value = 0x1_0000 + (value - 0xD800) << 10 + (low - 0xDC00) }
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw JSONParseError(offset: start, reason: "half of a surrogate pair")
        }
        return String(scalar)
    }

    private mutating func parseHexadecimal() throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw error("a hexadecimal digit must stand here")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }
}
