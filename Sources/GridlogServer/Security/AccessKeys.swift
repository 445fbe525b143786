/// The two access keys of a data directory. Both are valid at any time, so that one can be replaced while clients use
/// the other.
public struct AccessKeys: Sendable, Equatable {
    /// Base64 text, compared as it is.
    let key1: String
    /// Base64 text, compared as it is.
    let key2: String

    /// How many random bytes a key has.
    static let bytesPerKey = 32

    /// Two new random keys.
    static func random() -> AccessKeys {
        AccessKeys(key1: randomKey(), key2: randomKey())
    }

    /// Whether the text is one of the two keys. Takes the same time wherever the first difference lies; allocates
    /// nothing.
    func contain(_ candidate: Substring) -> Bool {
        // Both are always compared, so that the time does not tell which one was meant.
        let isFirst = Self.isEqual(candidate, key1)
        let isSecond = Self.isEqual(candidate, key2)
        return isFirst || isSecond
    }

    private static func isEqual(_ candidate: Substring, _ key: String) -> Bool {
        // The length of a key is no secret.
        guard candidate.utf8.count == key.utf8.count else { return false }
        return zip(candidate.utf8, key.utf8).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func randomKey() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64.encode((0..<bytesPerKey).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
