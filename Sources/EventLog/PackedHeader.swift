import Storage

/// The start of a packed segment (FORMAT.md section 7).
struct PackedHeader: Equatable, Sendable {
    static let length = checkedLength + 4
    private static let checkedLength = segmentOffset + SegmentHeader.fieldsLength
    private static let segmentOffset = 56
    private static let magic: UInt64 = 0x4B43_4150_4449_5247
    private static let majorVersion: UInt16 = 1

    /// The header of the segment that was packed.
    var segment: SegmentHeader
    /// Its checksum, which the first frame is chained to.
    var segmentChecksum: UInt32
    var blockCount: Int
    /// The end of the segment's seal.
    var rawLength: Int
    var endSequence: UInt64
    var lastTime: UInt64
    var sealChecksum: UInt32
    var indexChecksum: UInt32
    /// Where the block index begins.
    var indexOffset: Int

    /// What the file is long, by what stands here; `nil` when that is no length.
    var fileLength: Int? {
        let (index, isAbsurd) = blockCount.multipliedReportingOverflow(by: PackedBlock.length)
        let (length, isTooLong) = indexOffset.addingReportingOverflow(index)
        return isAbsurd || isTooLong ? nil : length
    }

    func encoded() -> ByteBlock {
        let block = ByteBlock(capacity: Self.length)
        block.append(Self.magic)
        block.append(Self.majorVersion)
        block.append(UInt16(0))
        block.append(UInt32(blockCount))
        block.append(UInt64(rawLength))
        block.append(endSequence)
        block.append(lastTime)
        block.append(sealChecksum)
        block.append(indexChecksum)
        block.append(UInt64(indexOffset))
        let fields = segment.encoded().block
        block.append(fields.bytes.extracting(0..<SegmentHeader.fieldsLength))
        block.append(CRC32C.checksum(block.bytes))
        return block
    }

    /// Reads the header of a file that should be a packed segment.
    static func read(_ bytes: RawSpan, file: String) throws(LogError) -> PackedHeader {
        guard bytes.byteCount >= length else {
            throw LogError(.damaged, "the packed segment is shorter than its header", file: file, offset: 0)
        }
        guard bytes.load(0, as: UInt64.self) == magic,
            CRC32C.checksum(bytes.extracting(0..<checkedLength)) == bytes.load(checkedLength, as: UInt32.self)
        else {
            throw LogError(.damaged, "the packed segment's header is damaged", file: file, offset: 0)
        }
        let major = bytes.load(8, as: UInt16.self)
        guard major == majorVersion else {
            throw LogError(
                .incompatible, "the packed segment has format \(major), this version reads format \(majorVersion)",
                file: file, offset: 8)
        }
        let (segment, checksum) = try SegmentHeader.readFields(
            bytes.extracting(segmentOffset..<segmentOffset + SegmentHeader.fieldsLength), file: file,
            offset: segmentOffset)
        return PackedHeader(
            segment: segment, segmentChecksum: checksum, blockCount: Int(bytes.load(12, as: UInt32.self)),
            rawLength: Int(clamping: bytes.load(16, as: UInt64.self)), endSequence: bytes.load(24, as: UInt64.self),
            lastTime: bytes.load(32, as: UInt64.self), sealChecksum: bytes.load(40, as: UInt32.self),
            indexChecksum: bytes.load(44, as: UInt32.self),
            indexOffset: Int(clamping: bytes.load(48, as: UInt64.self)))
    }
}
