import Storage

/// What a walk over a segment's frames found: everything up to the first place where no valid frame stands.
struct SegmentWalk {
    /// The first place without a valid frame.
    private(set) var end = SegmentHeader.blockLength
    private(set) var lastChecksum: UInt32
    private(set) var lastLength: UInt32 = 0
    private(set) var lastTime: UInt64 = 0
    private(set) var nextSequence: UInt64
    /// The highest durable watermark that a valid frame carries.
    private(set) var watermark = SegmentHeader.blockLength
    private(set) var index = SparseIndex()
    /// The payload of the seal, if the segment ends with one.
    private(set) var seal: Range<Int>?
    /// Whether the segment begins with a whole checkpoint.
    private(set) var hasCheckpoint = false

    private let segment: Segment

    /// Walks from the start. O(bytes written).
    init(_ segment: Segment) {
        self.segment = segment
        lastChecksum = segment.headerChecksum
        nextSequence = segment.header.baseSequence
        while seal == nil, let (header, checksum) = segment.frame(at: end), follows(header),
            segment.isWhole(at: end, header)
        {
            take(header, checksum)
        }
    }

    private func follows(_ header: FrameHeader) -> Bool {
        header.previousChecksum == lastChecksum && header.previousLength == lastLength
            && header.firstSequence == nextSequence && header.durableWatermark <= UInt64(end)
            && header.appendTime >= lastTime
    }

    private mutating func take(_ header: FrameHeader, _ checksum: UInt32) {
        index.add(sequence: header.firstSequence, offset: end)
        watermark = max(watermark, Int(header.durableWatermark))
        switch FrameKind(rawValue: header.kind) {
        case .checkpoint where header.flags & FrameHeader.lastOfCheckpoint != 0: hasCheckpoint = true
        case .seal:
            let start = end + FrameHeader.length
            seal = start..<start + Int(header.storedLength)
        default: break
        }
        nextSequence = header.endSequence
        lastChecksum = checksum
        lastLength = UInt32(header.frameLength)
        lastTime = header.appendTime
        end += header.frameLength
    }

    /// What stands after ``end``. O(bytes left).
    func tail() -> Tail {
        let region = segment.region
        let bytes = region.bytes
        var tail = Tail()
        var offset = end
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
        /// A frame header of this life of the file stands there, whole or not.
        var holdsFrames = false
        /// A header that says that something at the end of the walk had been durable.
        var proof: FrameHeader?
    }
}
