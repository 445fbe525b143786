/// Where a walk over the frames of a segment stands, and what the next frame must say of those before it.
///
/// The one place that knows the rule: recovery, scrubbing and packing accept the same frames (R11).
struct ChainPosition: Sendable {
    /// Where the next frame begins in the segment.
    private(set) var offset = SegmentHeader.blockLength
    /// The header checksum of the frame before it; of the segment, before the first.
    private(set) var lastChecksum: UInt32
    /// The length of the frame before it.
    private(set) var lastLength: UInt32 = 0
    /// When that was appended.
    private(set) var lastTime: UInt64 = 0
    /// The sequence of the next event.
    private(set) var nextSequence: UInt64

    /// The start of a segment.
    init(_ segment: Segment) {
        lastChecksum = segment.headerChecksum
        nextSequence = segment.header.baseSequence
    }

    /// A place behind damage, where a frame was found that is believed: to be passed over next.
    init(resumingAt offset: Int) {
        self.offset = offset
        lastChecksum = 0
        nextSequence = 0
    }

    /// Whether a frame may stand here.
    func accepts(_ header: FrameHeader) -> Bool {
        header.previousChecksum == lastChecksum && header.previousLength == lastLength
            && header.firstSequence == nextSequence && header.durableWatermark <= UInt64(offset)
            && header.appendTime >= lastTime
            && (header.recordCount == 0 || header.kind == FrameKind.events.rawValue)
    }

    /// Passes over a frame that was accepted.
    mutating func pass(_ header: FrameHeader, _ checksum: UInt32) {
        nextSequence = header.endSequence
        lastChecksum = checksum
        lastLength = UInt32(header.frameLength)
        lastTime = header.appendTime
        offset += header.frameLength
    }
}
