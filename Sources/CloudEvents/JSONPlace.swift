/// Where a JSON value lies in an event, and what it is. Nothing of it is decoded.
public struct JSONPlace: Sendable, Hashable {
    /// What a JSON value can be (RFC 8259 section 3).
    public enum Kind: Sendable, Hashable {
        case string
        case number
        case boolean(Bool)
        case null
        case array
        case object
    }

    /// What it is.
    public var kind: Kind
    /// Its bytes in the event; of a string those between the quotes.
    public var range: Range<Int>
    /// A string that is not written as it reads.
    public var hasEscapes: Bool

    /// A value at a place.
    public init(kind: Kind, range: Range<Int>, hasEscapes: Bool = false) {
        self.kind = kind
        self.range = range
        self.hasEscapes = hasEscapes
    }
}
