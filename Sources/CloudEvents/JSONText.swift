/// Writes JSON.
enum JSONText {
    /// Appends a JSON string (RFC 8259 section 7), with the shortest escapes and only where they must be.
    static func appendString(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
        output.append(ASCII.quote)
        for byte in text {
            switch byte {
            case ASCII.quote, ASCII.backslash:
                output.append(ASCII.backslash)
                output.append(byte)
            case 0x08: output.append(contentsOf: "\\b".utf8)
            case ASCII.tab: output.append(contentsOf: "\\t".utf8)
            case ASCII.lineFeed: output.append(contentsOf: "\\n".utf8)
            case 0x0C: output.append(contentsOf: "\\f".utf8)
            case ASCII.carriageReturn: output.append(contentsOf: "\\r".utf8)
            case 0..<ASCII.space:
                output.append(contentsOf: "\\u00".utf8)
                output.append(hexDigit(byte >> 4))
                output.append(hexDigit(byte & 0x0F))
            default: output.append(byte)
            }
        }
        output.append(ASCII.quote)
    }

    /// Appends `"name":` and a comma before it unless it is the first member of an object.
    static func appendName(_ name: some Sequence<UInt8>, to output: inout [UInt8]) {
        if output.last != ASCII.openBrace { output.append(ASCII.comma) }
        appendString(name, to: &output)
        output.append(ASCII.colon)
    }

    /// Appends a member whose value is a string.
    static func appendMember(_ name: String, _ value: some Sequence<UInt8>, to output: inout [UInt8]) {
        appendName(name.utf8, to: &output)
        appendString(value, to: &output)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? ASCII.zero + value : ASCII.a + value - 10
    }
}
