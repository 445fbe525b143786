/// Where the value of one attribute lies: the bytes between the quotes of its JSON string.
///
/// `AttributeText` turns those bytes into text.
public struct AttributePosition: Sendable, Hashable {
    /// Bytes from the event's first byte. An event begins with `{`, so no value lies at 0.
    public var offset: UInt32
    /// Bytes of the value as it is written, escapes included.
    public var length: UInt32
    /// True if the value has a backslash, so that its bytes are not its text.
    public var hasEscapes: Bool

    /// A value at a place.
    public init(offset: UInt32, length: UInt32, hasEscapes: Bool) {
        self.offset = offset
        self.length = length
        self.hasEscapes = hasEscapes
    }

    /// The position of an attribute that the event does not have.
    public static let absent = AttributePosition(offset: 0, length: 0, hasEscapes: false)

    /// False if the event does not have the attribute.
    public var isPresent: Bool { offset != 0 }

    /// The value's bytes in the event, empty if the attribute is absent.
    public var range: Range<Int> { Int(offset)..<Int(offset) + Int(length) }
}
