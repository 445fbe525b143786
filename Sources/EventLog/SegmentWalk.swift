import Storage

/// What a walk over a segment's frames found: everything up to the first place where no valid frame stands.
struct SegmentWalk {
    private var position: ChainPosition
    /// The highest durable watermark that a valid frame carries.
    private(set) var watermark = SegmentHeader.blockLength
    private(set) var index = SparseIndex()
    /// The payload of the seal, if the segment ends with one.
    private(set) var seal: Range<Int>?
    /// Whether the segment begins with a whole checkpoint.
    private(set) var hasCheckpoint = false
    /// The frames of its checkpoint, in bytes.
    private(set) var checkpointBytes = 0

    private let segment: Segment

    /// The first place without a valid frame.
    var end: Int { position.offset }
    /// The header checksum of the last frame; of the segment, when there is none.
    var lastChecksum: UInt32 { position.lastChecksum }
    /// The length of the last frame.
    var lastLength: UInt32 { position.lastLength }
    /// When the last frame was appended.
    var lastTime: UInt64 { position.lastTime }
    /// The sequence of the next event.
    var nextSequence: UInt64 { position.nextSequence }

    /// Walks from the start. O(bytes written).
    init(_ segment: Segment) {
        self.segment = segment
        position = ChainPosition(segment)
        while seal == nil, let (header, checksum) = segment.frame(at: end), position.accepts(header),
            segment.isWhole(at: end, header)
        {
            take(header, checksum)
        }
    }

    private mutating func take(_ header: FrameHeader, _ checksum: UInt32) {
        index.add(sequence: header.firstSequence, offset: end)
        watermark = max(watermark, Int(header.durableWatermark))
        if header.kind == FrameKind.checkpoint.rawValue { checkpointBytes += header.frameLength }
        switch FrameKind(rawValue: header.kind) {
        case .checkpoint where header.flags & FrameHeader.lastOfCheckpoint != 0: hasCheckpoint = true
        case .seal:
            let start = end + FrameHeader.length
            seal = start..<start + Int(header.storedLength)
        default: break
        }
        position.pass(header, checksum)
    }

    /// What stands after ``end``. O(bytes left).
    func tail() -> Tail {
        let region = segment.region
        let bytes = region.bytes
        var tail = Tail()
        var offset = end
        tail.beginsLikeAFrame = FrameHeader.begins(in: bytes, at: offset)
        tail.isUnknown = FrameHeader.isUnknown(in: bytes, at: offset, seed: segment.header.seed)
        while offset <= bytes.byteCount - 8 {
            if bytes.load(offset, as: UInt64.self) != 0 {
                tail.isZero = false
                if FrameHeader.stands(in: bytes, at: offset, seed: segment.header.seed) {
                    tail.holdsFrames = true
                    if let header = segment.frame(at: offset)?.header, header.durableWatermark > UInt64(end) {
                        tail.proof = header
                        return tail
                    }
                }
            }
            offset += 8
        }
        if offset < bytes.byteCount, !bytes.extracting(offset..<bytes.byteCount).isZero { tail.isZero = false }
        return tail
    }

    /// What stands after the last valid frame.
    struct Tail {
        var isZero = true
        /// The first bytes are those of a frame, though none is valid there.
        var beginsLikeAFrame = false
        /// A header with the right checksum stands first, of a version, kind or codec that this reader does not know.
        var isUnknown = false
        /// A frame header of this life of the file stands there, whole or not.
        var holdsFrames = false
        /// A header that says that something at the end of the walk had been durable.
        var proof: FrameHeader?
    }
}
