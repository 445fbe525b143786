extension ByteReader {
    /// Appends the UTF-8 text of the JSON string whose bytes between the quotes are `range`. A lone surrogate, and
    /// what is no valid escape, becomes U+FFFD.
    func appendUnescaped(_ range: Range<Int>, to output: inout [UInt8]) {
        let text = ByteReader(bytes(range))
        var index = 0
        while true {
            let start = index
            while index < text.count, text[index] != ASCII.backslash { index += 1 }
            text.append(start..<index, to: &output)
            if index == text.count { return }
            var scalar: Unicode.Scalar?
            do throws(Fault) {
                scalar = Unicode.Scalar(try text.escapedScalar(at: &index))
            } catch {
                index += 1
            }
            output.append(
                contentsOf: Unicode.UTF8.encode(scalar ?? "\u{FFFD}") ?? Unicode.UTF8.encodedReplacementCharacter)
        }
    }

    /// The text of a JSON string, as `appendUnescaped`.
    func text(_ range: Range<Int>, hasEscapes: Bool) -> String {
        guard hasEscapes else { return string(range) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        appendUnescaped(range, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The CloudEvents attribute whose escaped name is `range`.
    @inline(never)
    func attributeName(_ range: Range<Int>) -> AttributeName? {
        AttributeName(text: text(range, hasEscapes: true))
    }

    /// True if the text begins with the scheme of a URI and a colon (RFC 3986 section 3.1). What follows is not looked
    /// at, as for `source`: real producers put spaces there.
    var hasURIScheme: Bool {
        guard ASCII.isLetter(self[0]) else { return false }
        var index = 1
        while true {
            let byte = self[index]
            if byte == ASCII.colon { return true }
            guard
                ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.plus || byte == ASCII.minus
                    || byte == ASCII.period
            else { return false }
            index += 1
        }
    }
}
