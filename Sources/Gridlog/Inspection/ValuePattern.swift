import Storage

/// A text that values are compared with: exactly, or by its beginning, its end or a part of it where a `*` stands in for the rest.
package struct ValuePattern: Sendable, Hashable {
    /// In UTF-8, without the `*`.
    private let bytes: [UInt8]
    private let isOpenAtStart: Bool
    private let isOpenAtEnd: Bool

    /// - Parameter text: only a `*` at its beginning or its end stands for anything.
    package init(_ text: String) {
        var rest = Array(text.utf8)[...]
        isOpenAtEnd = rest.last == UInt8(ascii: "*")
        if isOpenAtEnd { rest.removeLast() }
        isOpenAtStart = rest.first == UInt8(ascii: "*")
        if isOpenAtStart { rest.removeFirst() }
        bytes = Array(rest)
    }

    /// The text, whatever is in it.
    package init(exactly text: String) {
        bytes = Array(text.utf8)
        isOpenAtStart = false
        isOpenAtEnd = false
    }

    /// Whether bytes of a span are the text. O(length); of a part that may stand anywhere O(length × bytes) at worst. Allocates nothing.
    package func matches(_ span: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.upperBound <= span.byteCount, range.count >= bytes.count else { return false }
        let last = range.upperBound - bytes.count
        switch (isOpenAtStart, isOpenAtEnd) {
        case (false, false): return range.count == bytes.count && stands(at: last, in: span)
        case (true, false): return stands(at: last, in: span)
        case (false, true): return stands(at: range.lowerBound, in: span)
        case (true, true):
            for start in range.lowerBound...last where stands(at: start, in: span) { return true }
            return false
        }
    }

    /// From the end, where ids and types differ.
    @inline(__always)
    private func stands(at start: Int, in span: RawSpan) -> Bool {
        var index = bytes.count
        while index > 0 {
            index -= 1
            if span.load(start + index, as: UInt8.self) != bytes[index] { return false }
        }
        return true
    }
}
