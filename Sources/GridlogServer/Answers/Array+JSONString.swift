extension [UInt8] {
    /// Appends the text as a JSON string, quotes included (RFC 8259, section 7).
    mutating func appendJSONString(_ text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case UInt8(ascii: "\n"):
                append(contentsOf: #"\n"#.utf8)
            case 0..<0x20, 0x7F:
                append(contentsOf: #"\u00"#.utf8)
                append(Self.hexadecimalDigits[Int(byte >> 4)])
                append(Self.hexadecimalDigits[Int(byte & 0x0F)])
            default:
                append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private static let hexadecimalDigits = [UInt8]("0123456789abcdef".utf8)
}
