extension JSONText {
    /// The same value over several lines, two spaces a level. Only white space between tokens changes.
    var pretty: String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 2)
        var nesting = JSONNesting()
        var isAfterOpening = false
        for byte in bytes {
            if nesting.isInString {
                output.append(byte)
                nesting.consume(byte)
                continue
            }
            if byte.isJSONWhitespace { continue }
            let isClosing = byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
            if isAfterOpening != isClosing {
                JSONText.breakLine(&output, depth: isClosing ? nesting.depth - 1 : nesting.depth)
            }
            output.append(byte)
            nesting.consume(byte)
            isAfterOpening = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
            if byte == UInt8(ascii: ",") {
                JSONText.breakLine(&output, depth: nesting.depth)
            } else if byte == UInt8(ascii: ":") {
                output.append(UInt8(ascii: " "))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func breakLine(_ output: inout [UInt8], depth: Int) {
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * max(0, depth)))
    }
}
