import Storage

/// What recovery hands to a log that is opened.
struct RecoveredLog {
    var manifest: Manifest
    var sealed: [SealedSegment]
    var active: ActiveSegment
    var nextSequence: UInt64
    /// The append time of the last frame: later ones are never less.
    var lastTime: UInt64
    var findings: OpeningFindings
}

/// The segment that is written to, and where its last frame ends.
struct ActiveSegment {
    var segment: Segment
    var file: any StorageFile
    var index = SparseIndex()
    /// Where the next frame goes.
    var writeOffset = SegmentHeader.blockLength
    /// Up to where everything is synced.
    var durableOffset = SegmentHeader.blockLength
    /// The highest watermark that a frame in the file carries.
    var watermarkWritten = SegmentHeader.blockLength
    /// Up to here the blocks were written before; beyond they may be allocated only.
    var writtenOffset = SegmentHeader.blockLength
    /// How much of it is checkpoint, in bytes.
    var checkpointBytes = 0
    var lastChecksum: UInt32
    var lastLength: UInt32 = 0
    /// Its seal is written: the next append begins another segment.
    var isSealed = false

    init(segment: Segment, file: any StorageFile) {
        self.segment = segment
        self.file = file
        lastChecksum = segment.headerChecksum
    }
}
