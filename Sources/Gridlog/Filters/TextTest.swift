/// Whether a text is one of several, or begins with, ends with or contains one of them. All are folded.
struct TextTest: Sendable {
    enum Kind: Sendable {
        case isEqual, begins, ends, contains
    }

    private let kind: Kind
    private let patterns: [TextPattern]

    init(_ kind: Kind, _ values: [String]) {
        self.kind = kind
        patterns = values.map { TextPattern(FoldedText.bytes($0)) }
    }

    /// O(length of the text) for each pattern.
    func accepts(_ text: [UInt8]) -> Bool {
        switch kind {
        case .isEqual: patterns.contains { $0.bytes == text }
        case .begins: patterns.contains { text.starts(with: $0.bytes) }
        case .ends: patterns.contains { text.reversed().starts(with: $0.bytes.reversed()) }
        case .contains: patterns.contains { $0.occurs(in: text) }
        }
    }
}

/// A text to be found in others in linear time, whatever both are: the algorithm of Knuth, Morris and Pratt (SIAM Journal on
/// Computing 6, 1977). An event may hold a megabyte of what is almost the pattern again and again.
struct TextPattern: Sendable {
    let bytes: [UInt8]
    /// For each length of a beginning of the pattern, that of the longest shorter one that it also ends with.
    private let borders: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var borders = [0, 0]
        borders.reserveCapacity(bytes.count + 1)
        for index in bytes.indices.dropFirst() {
            var length = borders[index]
            while length > 0, bytes[length] != bytes[index] { length = borders[length] }
            borders.append(bytes[length] == bytes[index] ? length + 1 : 0)
        }
        self.borders = borders
    }

    /// O(length of the text).
    func occurs(in text: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return true }
        var length = 0
        for byte in text {
            while length > 0, bytes[length] != byte { length = borders[length] }
            if bytes[length] == byte { length += 1 }
            if length == bytes.count { return true }
        }
        return false
    }
}
