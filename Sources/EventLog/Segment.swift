import Storage

/// One file of the log, mapped. Its frames never change once readers can see them.
final class Segment: Sendable {
    let header: SegmentHeader
    /// What the first frame is chained to.
    let headerChecksum: UInt32
    let path: String
    /// The whole allocated length of the file.
    let region: MappedRegion

    init(header: SegmentHeader, headerChecksum: UInt32, path: String, region: MappedRegion) {
        self.header = header
        self.headerChecksum = headerChecksum
        self.path = path
        self.region = region
    }

    var capacity: Int { region.length }

    /// The frame header at an offset, with its checksum.
    func frame(at offset: Int) -> (header: FrameHeader, checksum: UInt32)? {
        let region = region
        return FrameHeader.read(region.bytes, at: offset, seed: header.seed)
    }

    /// The payload of a frame whose header is at the offset.
    @_lifetime(borrow self)
    func payload(at offset: Int, _ frame: FrameHeader) -> RawSpan {
        let start = offset + FrameHeader.length
        let region = region
        let bytes = region.bytes.extracting(start..<start + Int(frame.storedLength))
        return unsafe _overrideLifetime(bytes, borrowing: self)
    }

    /// Whether the payload and the padding of a frame are as they were written.
    func isWhole(at offset: Int, _ frame: FrameHeader) -> Bool {
        let region = region
        let end = offset + FrameHeader.length + Int(frame.storedLength)
        return CRC32C.checksum(payload(at: offset, frame)) == frame.payloadChecksum
            && region.bytes.extracting(end..<offset + frame.frameLength).isZero
    }

    static func name(_ id: UInt64) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + ".segment"
    }

    /// The id in a segment's file name.
    static func id(ofName name: String) -> UInt64? {
        guard let id = UInt64(name.prefix(16), radix: 16), Self.name(id) == name else { return nil }
        return id
    }
}

/// A segment that is not written to any more.
struct SealedSegment: Sendable {
    private(set) var segment: Segment
    /// Up to where it holds frames, the seal included.
    let length: Int
    /// One past its last event.
    let endSequence: UInt64
    /// Where the payload of its seal frame lies.
    let index: Range<Int>
    /// The header checksum of its seal.
    let sealChecksum: UInt32

    init(segment: Segment, length: Int, endSequence: UInt64, index: Range<Int>, sealChecksum: UInt32) {
        self.segment = segment
        self.length = length
        self.endSequence = endSequence
        self.index = index
        self.sealChecksum = sealChecksum
    }

    var baseSequence: UInt64 { segment.header.baseSequence }

    /// What the header of the next segment says about this one.
    var link: SegmentHeader.Link {
        SegmentHeader.Link(id: segment.header.id, length: UInt64(length), checksum: sealChecksum)
    }

    var ledgerEntry: SegmentLedger.Entry {
        SegmentLedger.Entry(
            id: segment.header.id, baseSequence: baseSequence, length: UInt64(length), endSequence: endSequence)
    }

    /// Whether nobody else holds the segment.
    mutating func isUnread() -> Bool {
        isKnownUniquelyReferenced(&segment)
    }

    /// Where to begin looking for a sequence. O(log entries).
    func start(of sequence: UInt64) -> Int {
        let region = segment.region
        return SparseIndex.start(of: sequence, in: region.bytes.extracting(index))
    }
}
