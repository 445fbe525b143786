extension StringProtocol {
    /// Whether the text is this word, in whatever case. The word must be lower-case ASCII. O(length), no allocation.
    func isWord(_ word: StaticString) -> Bool {
        guard utf8.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { expected in
            zip(utf8, expected).allSatisfy { byte, lowercase in
                byte == lowercase
                    || (byte | 0x20 == lowercase && byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z"))
            }
        }
    }
}
