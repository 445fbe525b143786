/// Text without regard to case: Unicode simple lower-casing, scalar by scalar (contract, decision 24), in UTF-8.
enum FoldedText {
    /// The text in lower case.
    static func bytes(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        fold(&bytes)
        return bytes
    }

    /// Lower-cases UTF-8 in place. O(length), without allocation for ASCII.
    static func fold(_ bytes: inout [UInt8]) {
        if foldASCII(&bytes) { foldScalars(&bytes) }
    }

    /// - Returns: whether there is more than ASCII.
    private static func foldASCII(_ bytes: inout [UInt8]) -> Bool {
        var all: UInt8 = 0
        var span = bytes.mutableSpan
        for index in span.indices {
            let byte = span[index]
            all |= byte
            let isCapital = byte &- UInt8(ascii: "A") < 26
            span[index] = isCapital ? byte | 0x20 : byte
        }
        return all >= 0x80
    }

    private static func foldScalars(_ bytes: inout [UInt8]) {
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let lowercased = scalar.value < 0x1_0000 ? basicPlane[Int(scalar.value)] : lowercased(scalar)
            folded.append(contentsOf: UTF8.encode(lowercased) ?? UTF8.encodedReplacementCharacter)
        }
        bytes = folded
    }

    /// Of every scalar below U+10000, made at the first use: asking for a scalar's property makes a string each time, and an event may
    /// hold half a million scalars outside ASCII.
    private static let basicPlane: [Unicode.Scalar] = (0..<0x1_0000).map { value in
        Unicode.Scalar(UInt32(value)).map(lowercased) ?? "\u{FFFD}"
    }

    private static func lowercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let lowercased = scalar.properties.lowercaseMapping.unicodeScalars
        // A mapping to several scalars is not a simple one.
        return lowercased.count == 1 ? lowercased[lowercased.startIndex] : scalar
    }
}
