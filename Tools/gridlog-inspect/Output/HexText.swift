import Storage

/// Bytes as people read them: sixteen a line, with their place and as text.
enum HexText {
    /// What more there is than this is only counted.
    static let bytesMax = 4_096

    static func lines(_ bytes: RawSpan, at start: Int) -> [String] {
        var lines: [String] = []
        for offset in stride(from: 0, to: min(bytes.byteCount, bytesMax), by: 16) {
            var numbers = ""
            var text = ""
            for place in offset..<min(offset + 16, bytes.byteCount) {
                let byte = bytes.load(place, as: UInt8.self)
                numbers += (byte < 16 ? "0" : "") + String(byte, radix: 16) + " "
                text += (0x20..<0x7F).contains(byte) ? String(UnicodeScalar(byte)) : "."
            }
            numbers += String(repeating: " ", count: 48 - numbers.count)
            let place = String(start + offset, radix: 16)
            lines.append("    \(String(repeating: "0", count: max(0, 8 - place.count)))\(place)  \(numbers) \(text)")
        }
        if bytes.byteCount > bytesMax {
            lines.append("    ... \(SizeText.count(bytes.byteCount - bytesMax, "byte")) more")
        }
        return lines
    }
}
