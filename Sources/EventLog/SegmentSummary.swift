/// What a log's owner needs to know of a segment that is not written to any more, to decide when to give it up.
public struct SegmentSummary: Sendable, Hashable {
    /// Its number in the log, ascending; never used twice.
    public let id: UInt64
    /// The sequences of its events; empty when it holds settlements only.
    public let sequences: Range<UInt64>
    /// When it was sealed, in ns since 1970: none of its frames was appended later.
    public let lastTime: UInt64
    /// How many bytes its frames take, its header block included.
    public let length: Int

    /// Describes a segment.
    public init(id: UInt64, sequences: Range<UInt64>, lastTime: UInt64, length: Int) {
        self.id = id
        self.sequences = sequences
        self.lastTime = lastTime
        self.length = length
    }
}

extension SegmentSummary {
    init(_ sealed: SealedSegment) {
        id = sealed.segment.header.id
        sequences = sealed.baseSequence..<max(sealed.baseSequence, sealed.endSequence)
        lastTime = sealed.lastTime
        length = sealed.length
    }
}
