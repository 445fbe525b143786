/// Where the verifying of one sealed segment stands: see ``SegmentedLog/beginScrub()``.
///
/// It holds no file and no memory; it may be kept for as long as one likes.
public struct ScrubPass: Sendable {
    /// The segment.
    public let segment: UInt64
    /// When it was verified before, in ns of boot time; `nil` when this process never did.
    public let lastVerified: UInt64?
    /// How many bytes of its frames were verified so far.
    public internal(set) var bytesVerified = 0
    /// There is nothing left to verify: all of it is whole, or damage was reported, or the segment was given up.
    public internal(set) var isFinished = false

    var chain: FrameChain?

    init(segment: UInt64, lastVerified: UInt64?) {
        self.segment = segment
        self.lastVerified = lastVerified
    }
}
