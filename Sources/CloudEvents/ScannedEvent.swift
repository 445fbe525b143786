/// Where one event lies in a body, and where its filterable attributes lie in the event.
public struct ScannedEvent: Sendable, Hashable {
    /// Bytes from the start of the body to the event's `{`.
    public var offset: Int
    /// Bytes up to and with the event's `}`; at most `EventLimits.eventBytesMax`.
    public var length: Int
    /// Always present in a scanned event, and not empty.
    public var id = AttributePosition.absent
    /// Always present in a scanned event, and not empty.
    public var source = AttributePosition.absent
    /// Always present in a scanned event, and not empty.
    public var type = AttributePosition.absent
    /// Not empty if it is present.
    public var subject = AttributePosition.absent
    /// A timestamp of RFC 3339 if it is present.
    public var time = AttributePosition.absent
    /// True if a member that counts as not sent is there as `null`;
    /// `EventFormat.appendWithoutNullMembers` leaves such members out.
    public var hasNullMembers = false

    /// An event at a place, with no attribute found yet.
    public init(offset: Int, length: Int) {
        self.offset = offset
        self.length = length
    }
}
