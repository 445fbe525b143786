import CloudEvents

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
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte < 0x80 else { return foldScalars(&bytes) }
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) { bytes[index] = byte | 0x20 }
        }
    }

    private static func foldScalars(_ bytes: inout [UInt8]) {
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let lowercased = scalar.properties.lowercaseMapping.unicodeScalars
            // A mapping to several scalars is not a simple one.
            let simple = lowercased.count == 1 ? lowercased[lowercased.startIndex] : scalar
            folded.append(contentsOf: UTF8.encode(simple) ?? UTF8.encodedReplacementCharacter)
        }
        bytes = folded
    }
}
