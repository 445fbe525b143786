/// Base64 with the standard alphabet and padding (RFC 4648 section 4), which CloudEvents uses for binary data.
///
/// Bits that padding leaves over are not looked at: some encoders leave them set, and every decoder drops them.
enum Base64 {
    static func isValid(_ text: borrowing ByteReader) -> Bool {
        guard text.count % 4 == 0 else { return false }
        if text.count == 0 { return true }
        var end = text.count
        if text[end - 1] == ASCII.equals { end -= text[end - 2] == ASCII.equals ? 2 : 1 }
        var index = 0
        while index < end {
            let stops = text.block(at: index).base64Stops
            guard stops.isEmpty else { return index + stops.first >= end }
            index += 16
        }
        return true
    }
}
