import Storage

/// One file of the log, mapped: a segment, or its packed form; or a block of a packed one, decompressed.
///
/// Its frames never change once readers can see them. Offsets are always those in the segment, in either form.
final class Segment: Sendable {
    let header: SegmentHeader
    /// What the first frame is chained to.
    let headerChecksum: UInt32
    let path: String
    /// The whole allocated length of the file; of a block, its bytes.
    let region: MappedRegion
    /// Where the first byte of a block lies in the segment; 0 for a file.
    let start: Int
    /// What the file is, if it is a packed one. Its frames are to be found in its ``part(at:)``.
    let packed: PackedFile?

    init(header: SegmentHeader, headerChecksum: UInt32, path: String, region: MappedRegion, start: Int = 0) {
        self.header = header
        self.headerChecksum = headerChecksum
        self.path = path
        self.region = region
        self.start = start
        packed = nil
    }

    /// A segment that is there in its packed form.
    init(_ packed: PackedFile) {
        header = packed.header.segment
        headerChecksum = packed.header.segmentChecksum
        path = packed.path
        region = packed.region
        start = 0
        self.packed = packed
    }

    /// The length of the file.
    var capacity: Int { region.length }

    /// Where the mapped bytes end: a frame at or past it is in no or in another ``part(at:)``.
    var end: Int { start + region.length }

    /// What holds the frame at an offset: the file itself, or a block of it.
    ///
    /// - Throws: `damaged`, when the block cannot be decompressed.
    func part(at offset: Int) throws(LogError) -> Segment {
        guard let packed else { return self }
        return try packed.part(at: offset)
    }

    /// The frame header at an offset, with its checksum.
    func frame(at offset: Int) -> (header: FrameHeader, checksum: UInt32)? {
        if let packed { return try? packed.part(at: offset).frame(at: offset) }
        let region = region
        return FrameHeader.read(region.bytes, at: offset &- start, seed: header.seed)
    }

    /// The payload of a frame whose header is at the offset in this part.
    @_lifetime(borrow self)
    func payload(at offset: Int, _ frame: FrameHeader) -> RawSpan {
        let start = offset - self.start + FrameHeader.length
        let region = region
        let bytes = region.bytes.extracting(start..<start + Int(frame.storedLength))
        return unsafe _overrideLifetime(bytes, borrowing: self)
    }

    /// Whether the payload and the padding of a frame in this part are as they were written.
    func isWhole(at offset: Int, _ frame: FrameHeader) -> Bool {
        let region = region
        let end = offset - start + FrameHeader.length + Int(frame.storedLength)
        return CRC32C.checksum(payload(at: offset, frame)) == frame.payloadChecksum
            && region.bytes.extracting(end..<offset - start + frame.frameLength).isZero
    }

    static func name(_ id: UInt64, _ ending: String = "segment") -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + "." + ending
    }

    /// The id in a segment's file name.
    static func id(ofName name: String, _ ending: String = "segment") -> UInt64? {
        guard let id = UInt64(name.prefix(16), radix: 16), Self.name(id, ending) == name else { return nil }
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
    /// The append time of its seal.
    let lastTime: UInt64

    init(
        segment: Segment, length: Int, endSequence: UInt64, index: Range<Int>, sealChecksum: UInt32, lastTime: UInt64
    ) {
        self.segment = segment
        self.length = length
        self.endSequence = endSequence
        self.index = index
        self.sealChecksum = sealChecksum
        self.lastTime = lastTime
    }

    /// A sealed segment that is there in its packed form.
    init(_ packed: PackedFile) {
        segment = Segment(packed)
        length = packed.header.rawLength
        endSequence = packed.header.endSequence
        index = 0..<0
        sealChecksum = packed.header.sealChecksum
        lastTime = packed.header.lastTime
    }

    var baseSequence: UInt64 { segment.header.baseSequence }

    /// Whether nobody can need it: settlements are in the checkpoint of the segment after it.
    var holdsNoEvents: Bool { endSequence <= baseSequence }

    /// What the header of the next segment says about this one.
    var link: SegmentHeader.Link {
        SegmentHeader.Link(id: segment.header.id, length: UInt64(length), checksum: sealChecksum)
    }

    var ledgerEntry: SegmentLedger.Entry {
        SegmentLedger.Entry(
            id: segment.header.id, baseSequence: baseSequence, length: UInt64(length), endSequence: endSequence,
            packedLength: segment.packed == nil ? 0 : UInt64(segment.capacity))
    }

    /// Whether its blocks may become the next segment's: nobody else holds the segment, and the file is not a short packed one.
    mutating func isUnread() -> Bool {
        segment.packed == nil && isKnownUniquelyReferenced(&segment)
    }

    /// How many entries its sparse index has.
    var indexCount: Int { index.count / SparseIndex.entryLength }

    /// The offset in an entry of its sparse index.
    func indexOffset(_ position: Int) -> Int {
        let region = segment.region
        return SparseIndex.offset(position, in: region.bytes.extracting(index))
    }

    /// Where to begin looking for a sequence. O(log entries).
    func start(of sequence: UInt64) -> Int {
        if let packed = segment.packed { return packed.start(of: sequence) }
        let region = segment.region
        return SparseIndex.start(of: sequence, in: region.bytes.extracting(index))
    }
}
