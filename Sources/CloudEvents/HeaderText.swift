/// Attribute values in HTTP headers (HTTP protocol binding 1.0.2 section 3.1.3.2).
public enum HeaderText {
    /// The value as a header carries it: space, `"`, `%` and everything outside U+0021 to U+007E percent-encoded.
    public static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte), byte != ASCII.quote, byte != ASCII.percent {
                output.append(byte)
            } else {
                output.append(ASCII.percent)
                output.append(contentsOf: [upperHexDigit(byte >> 4), upperHexDigit(byte & 0x0F)])
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The text of a header value: unquoted if it is one quoted string (RFC 9110 section 5.6.4), then percent-decoded
    /// once. Nil if the outcome is not UTF-8.
    ///
    /// Raw spaces, quotes and characters outside ASCII are taken as they are, and so is a `%` without two hexadecimal
    /// digits after it: clients send all of these. A raw U+FFFD is not: it stands for bytes that were not UTF-8 before
    /// they became a `String`, and a genuine one comes percent-encoded.
    public static func decode(_ value: String) -> String? {
        guard !value.unicodeScalars.contains("\u{FFFD}") else { return nil }
        let raw = Array(value.utf8)
        let bytes = unquoted(raw) ?? raw
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == ASCII.percent, index + 2 < bytes.count,
                let high = ASCII.hexValue(bytes[index + 1]), let low = ASCII.hexValue(bytes[index + 2])
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(validating: output, as: UTF8.self)
    }

    /// The content of a quoted string, or nil if the value is not exactly one.
    private static func unquoted(_ value: [UInt8]) -> [UInt8]? {
        guard value.count >= 2, value.first == ASCII.quote, value.last == ASCII.quote else { return nil }
        var output: [UInt8] = []
        var index = 1
        while index < value.count - 1 {
            if value[index] == ASCII.quote { return nil }
            if value[index] == ASCII.backslash { index += 1 }
            guard index < value.count - 1 else { return nil }
            output.append(value[index])
            index += 1
        }
        return output
    }

    private static func upperHexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? ASCII.zero + value : 0x41 + value - 10
    }
}
