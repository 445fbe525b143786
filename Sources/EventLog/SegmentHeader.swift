import Storage

/// The first block of a segment (FORMAT.md section 1).
struct SegmentHeader: Equatable, Sendable {
    /// Frames begin here.
    static let blockLength = 4_096
    private static let checkedLength = 96
    /// The fields and their checksum; what follows in the block is zero.
    static let fieldsLength = checkedLength + 4
    private static let magic: UInt64 = 0x3147_4F4C_4449_5247
    private static let majorVersion: UInt16 = 1
    private static let recycledFlag: UInt32 = 1
    private static let reserveFlag: UInt32 = 2

    var identity: LogIdentity
    var id: UInt64
    var baseSequence: UInt64
    var previous: Link
    var salt: UInt32
    /// Of the file, in bytes, when it became this segment. It only becomes shorter from outside.
    var fileLength: UInt64
    /// The file had an earlier life: behind the frames there may be bytes of it.
    var isRecycled = false
    /// The file was kept for a full disk: the segment holds no events.
    var isReserve = false

    /// The end of the segment before, as its successor remembers it: a missing or shortened one is noticed (R18).
    struct Link: Equatable, Sendable {
        var id: UInt64
        var length: UInt64
        var checksum: UInt32

        static let none = Link(id: 0, length: 0, checksum: 0)
    }

    /// What the header checksums of this segment's frames are seeded with.
    var seed: UInt32 { salt ^ UInt32(truncatingIfNeeded: id) }

    /// The whole block, and the checksum that the first frame is chained to.
    func encoded() -> (block: ByteBlock, checksum: UInt32) {
        let block = ByteBlock(capacity: Self.blockLength)
        block.append(Self.magic)
        block.append(Self.majorVersion)
        block.append(UInt16(0))
        block.append(UInt32(0))
        block.append(identity.store.low)
        block.append(identity.store.high)
        block.append(identity.log)
        block.append(id)
        block.append(baseSequence)
        block.append(previous.id)
        block.append(previous.length)
        block.append(previous.checksum)
        block.append(salt)
        block.append((isRecycled ? Self.recycledFlag : 0) | (isReserve ? Self.reserveFlag : 0))
        block.append(UInt32(0))
        block.append(fileLength)
        let checksum = CRC32C.checksum(block.bytes)
        block.append(checksum)
        block.pad(to: Self.blockLength)
        return (block, checksum)
    }

    /// Reads the header of a file that should be a segment.
    static func read(_ bytes: RawSpan, file: String) throws(LogError) -> (header: SegmentHeader, checksum: UInt32) {
        guard bytes.byteCount >= blockLength else {
            throw LogError(.damaged, "the segment is shorter than its header", file: file, offset: 0)
        }
        return try readFields(bytes.extracting(0..<fieldsLength), file: file)
    }

    /// Reads the ``fieldsLength`` bytes that matter; `offset` is where they stand in the file.
    static func readFields(
        _ bytes: RawSpan, file: String, offset: Int = 0
    ) throws(LogError) -> (header: SegmentHeader, checksum: UInt32) {
        let checksum = bytes.load(checkedLength, as: UInt32.self)
        guard bytes.load(0, as: UInt64.self) == magic,
            CRC32C.checksum(bytes.extracting(0..<checkedLength)) == checksum
        else {
            throw LogError(.damaged, "the segment's header is damaged", file: file, offset: offset)
        }
        let major = bytes.load(8, as: UInt16.self)
        guard major == majorVersion else {
            throw LogError(
                .incompatible, "the segment has format \(major), this version reads format \(majorVersion)",
                file: file, offset: offset + 8)
        }
        return (fields(bytes), checksum)
    }

    /// The fields as they stand there, right or wrong.
    static func fields(_ bytes: RawSpan) -> SegmentHeader {
        let store = StoreIdentity(low: bytes.load(16, as: UInt64.self), high: bytes.load(24, as: UInt64.self))
        return SegmentHeader(
            identity: LogIdentity(store: store, log: bytes.load(32, as: UInt64.self)),
            id: bytes.load(40, as: UInt64.self),
            baseSequence: bytes.load(48, as: UInt64.self),
            previous: Link(
                id: bytes.load(56, as: UInt64.self),
                length: bytes.load(64, as: UInt64.self),
                checksum: bytes.load(72, as: UInt32.self)),
            salt: bytes.load(76, as: UInt32.self),
            fileLength: bytes.load(88, as: UInt64.self),
            isRecycled: bytes.load(80, as: UInt32.self) & recycledFlag != 0,
            isReserve: bytes.load(80, as: UInt32.self) & reserveFlag != 0)
    }
}
