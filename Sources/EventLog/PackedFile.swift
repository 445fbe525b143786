import Storage

/// A packed segment, mapped: its blocks are decompressed when they are read (FORMAT.md section 7).
///
/// Header and index were compared with their checksums when it was opened. Later each number is used with a check of its own, for
/// the disk may give other bytes when a page is read again.
final class PackedFile: Sendable {
    let header: PackedHeader
    let path: String
    let region: MappedRegion
    /// The block index, and where in it the first entry lies: the file itself, or memory when it was put together from the blocks.
    private let index: (region: MappedRegion, offset: Int)
    private let cache: BlockCache
    private let number: UInt64

    static func name(_ id: UInt64) -> String { Segment.name(id, "packed") }
    /// What it is called while it is being written.
    static func draftName(_ id: UInt64) -> String { Segment.name(id, "packing") }

    /// Takes a mapped file of which nothing is known. O(blocks).
    ///
    /// - Throws: `damaged` or `incompatible`.
    init(_ region: MappedRegion, path: String, cache: BlockCache) throws(LogError) {
        self.region = region
        self.path = path
        self.cache = cache
        number = cache.nextFile()
        header = try PackedHeader.read(region.bytes, file: path)
        index = (region, header.indexOffset)
        try verifyIndex()
    }

    /// One whose own header or block index cannot be believed, with others for them.
    init(_ region: MappedRegion, path: String, cache: BlockCache, header: PackedHeader, index: MappedRegion) {
        self.region = region
        self.path = path
        self.cache = cache
        number = cache.nextFile()
        self.header = header
        self.index = (index, 0)
    }

    /// Compares header and index with their checksums, and looks whether the blocks leave no gap anywhere.
    func verifyIndex() throws(LogError) {
        let region = region
        guard try readHeader() == header, header.fileLength == region.length,
            header.indexOffset >= PackedHeader.length
        else { throw damage("the packed segment is longer or shorter than when it was written", region.length) }
        let index = region.bytes.extracting(header.indexOffset..<region.length)
        guard CRC32C.checksum(index, seed: header.segment.seed) == header.indexChecksum else {
            throw damage("the block index of the packed segment is damaged", header.indexOffset)
        }
        guard header.blockCount > 0 else {
            throw damage("the packed segment has no block, and so no seal", header.indexOffset)
        }
        var rawEnd = SegmentHeader.blockLength
        var storedEnd = PackedHeader.length
        var sequence = header.segment.baseSequence
        for position in 0..<header.blockCount {
            guard let block = PackedBlock(index, at: position), block.rawOffset == rawEnd,
                block.storedOffset == storedEnd, block.firstSequence >= sequence
            else {
                throw damage(
                    "the block index of the packed segment makes no sense",
                    header.indexOffset + position * PackedBlock.length)
            }
            rawEnd = block.rawEnd
            storedEnd = block.storedEnd
            sequence = block.firstSequence
        }
        guard rawEnd == header.rawLength, storedEnd == header.indexOffset, sequence <= header.endSequence else {
            throw damage("the block index of the packed segment does not cover it", header.indexOffset)
        }
    }

    private func readHeader() throws(LogError) -> PackedHeader {
        let region = region
        do throws(LogError) {
            return try PackedHeader.read(region.bytes, file: path)
        } catch {
            throw error.about(header.segment.id, sequences)
        }
    }

    private func damage(_ message: String, _ offset: Int, _ sequences: ClosedRange<UInt64>? = nil) -> LogError {
        LogError(
            .damaged, message, file: path, segment: header.segment.id, offset: offset,
            sequences: sequences ?? self.sequences)
    }

    /// All that it holds.
    private var sequences: ClosedRange<UInt64> {
        let first = header.segment.baseSequence
        return first...max(first, header.endSequence &- 1)
    }

    /// The entry of a block; `nil` when there is none or it cannot be one.
    func block(_ position: Int) -> PackedBlock? {
        let entries = index.region
        return PackedBlock(entries.bytes.extracting(index.offset..<entries.length), at: position)
    }

    /// Whether the frame at the start of a block is the one that the block's entry tells of. O(log blocks).
    func tells(of header: FrameHeader, at offset: Int) -> Bool {
        guard let block = block(holding: offset) else { return false }
        return block.rawOffset == offset && block.firstSequence == header.firstSequence
            && block.firstTime == header.appendTime
    }

    /// The entry of the block that holds an offset of the segment. O(log blocks).
    func block(holding offset: Int) -> PackedBlock? {
        block(last { $0.rawOffset <= offset })
    }

    // MARK: - Looking up

    /// The offset in the segment at which to begin looking for a sequence. O(log blocks).
    func start(of sequence: UInt64) -> Int {
        let position = last { $0.firstSequence <= sequence }
        return block(position)?.rawOffset ?? SegmentHeader.blockLength
    }

    /// The offset in the segment at which to begin looking for what was appended at a time or later. O(log blocks).
    func start(ofTime time: UInt64) -> Int {
        let position = last { $0.firstTime < time }
        return block(position)?.rawOffset ?? SegmentHeader.blockLength
    }

    /// The last block of which something is true that is true of those before it, too.
    private func last(where isTrue: (PackedBlock) -> Bool) -> Int {
        var low = 0
        var high = header.blockCount
        while low < high {
            let middle = (low + high) / 2
            if block(middle).map(isTrue) == true { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    // MARK: - Reading

    /// The block that holds the frame at an offset of the segment. O(log blocks), and 100 µs when it must be decompressed.
    ///
    /// - Throws: `damaged`, naming the block's place in the file and its sequences.
    func part(at offset: Int) throws(LogError) -> Segment {
        let position = last { $0.rawOffset <= offset }
        let key = BlockCache.Key(file: number, block: position)
        if let found = cache.find(key) { return found }
        return cache.insert(try decompress(position), key)
    }

    /// The same past the cache, for a reader that passes over everything once.
    func uncachedPart(at offset: Int) throws(LogError) -> Segment {
        try decompress(last { $0.rawOffset <= offset })
    }

    /// Where the block that holds an offset of the segment ends there. O(log blocks).
    func end(ofBlockAt offset: Int) -> Int {
        let end = block(holding: offset)?.rawEnd ?? header.rawLength
        return end > offset ? min(end, header.rawLength) : header.rawLength
    }

    /// Where the block that holds an offset of the segment lies in this file. O(log blocks).
    func stored(at offset: Int) -> Range<Int> {
        guard let block = block(holding: offset) else { return 0..<0 }
        return block.storedOffset..<max(block.storedOffset, block.storedEnd)
    }

    private func decompress(_ position: Int) throws(LogError) -> Segment {
        let region = region
        let entryOffset = header.indexOffset + position * PackedBlock.length
        guard let block = block(position), block.storedEnd <= header.indexOffset else {
            throw damage("an entry of the block index of the packed segment is damaged", entryOffset)
        }
        let next = self.block(position + 1)?.firstSequence ?? header.endSequence
        let sequences = block.firstSequence...max(block.firstSequence, next &- 1)
        let stored = region.bytes.extracting(block.storedOffset..<block.storedEnd)
        guard CRC32C.checksum(stored, seed: header.segment.seed) == block.checksum else {
            throw damage("a block of the packed segment is damaged", block.storedOffset, sequences)
        }
        guard let part = unpack(stored, of: block) else {
            throw damage("a block of the packed segment cannot be decompressed", block.storedOffset, sequences)
        }
        return part
    }

    /// What the stored bytes of a block stand for.
    func unpack(_ stored: RawSpan, of block: PackedBlock) -> Segment? {
        let raw: MappedRegion?
        switch block.codec {
        case .none: raw = ZstdCodec.copy(stored)
        case .zstd: raw = ZstdCodec.decompress(stored, to: block.rawLength)
        }
        return raw.map {
            Segment(
                header: header.segment, headerChecksum: header.segmentChecksum, path: path, region: $0,
                start: block.rawOffset)
        }
    }
}
