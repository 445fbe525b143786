/// A checkpoint or settlements, as recovery shows them.
public struct ReplayedFrame: Sendable {
    /// What it is.
    public enum Kind: Sendable {
        /// State at the start of the segment.
        case checkpoint
        /// What happened since.
        case settlements
    }

    /// What it is.
    public let kind: Kind
    let segment: Segment
    let offset: Int
    let header: FrameHeader

    /// The bytes that were appended.
    public var payload: RawSpan {
        @_lifetime(borrow self)
        get {
            unsafe _overrideLifetime(segment.payload(at: offset, header), borrowing: self)
        }
    }
}
