import Storage

/// Writes the packed form of a segment (FORMAT.md section 7). Nothing but the file it makes is changed.
struct SegmentPacker {
    /// Blocks are written to the file this many bytes at a time.
    private static let writeBytes = 1 << 20

    let configuration: LogConfiguration
    /// Whether to give up; asked before each block.
    let isCancelled: () -> Bool

    /// Writes the packed form under a name of its own, verifying each frame, reads it back, compares it and syncs it.
    ///
    /// Afterwards there is either the whole file, durable under its draft name once the directory is synced, or none.
    ///
    /// - Returns: the file as it will be when it has its name; `nil` when less than an eighth would be saved.
    /// - Throws: `damaged` when the segment is not as it was written; `noSpace` or `storage`; `closed` when cancelled.
    func pack(_ sealed: SealedSegment) throws(LogError) -> PackedFile? {
        let id = sealed.segment.header.id
        let draft = configuration.path(PackedFile.draftName(id))
        do throws(LogError) {
            let file = try LogError.converting(sticky: false) { () throws(StorageError) in
                // One that an earlier attempt could not remove.
                if try configuration.fileSystem.contains(PackedFile.draftName(id), in: configuration.directory) {
                    try configuration.fileSystem.unlink(draft)
                }
                return try configuration.fileSystem.open(draft, .createNew)
            }
            guard let length = try write(sealed, to: file) else {
                try? configuration.fileSystem.unlink(draft)
                return nil
            }
            let region = try LogError.converting(sticky: false) { () throws(StorageError) in
                try file.map(length, .readOnly)
            }
            let packed = try PackedFile(
                region, path: configuration.path(PackedFile.name(id)), cache: configuration.blockCache)
            try compare(packed, with: sealed)
            try LogError.converting(sticky: false) { () throws(StorageError) in try file.synchronize() }
            return packed
        } catch {
            if error.code != .closed { try? configuration.fileSystem.unlink(draft) }
            throw error
        }
    }

    // MARK: - Writing

    /// - Returns: the length of the file; `nil` when it is not worth it.
    private func write(_ sealed: SealedSegment, to file: any StorageFile) throws(LogError) -> Int? {
        var writing = Writing(file: file, seed: sealed.segment.header.seed)
        var chain = FrameChain(sealed.segment)
        let compressor = ZstdCompressor()
        let region = sealed.segment.region
        while chain.offset < sealed.length {
            try checkCancelled()
            let start = chain.offset
            let first = try chain.take(from: sealed.segment, of: sealed)
            while chain.offset < sealed.length, chain.offset - start < PackedBlock.rawBytes {
                _ = try chain.take(from: sealed.segment, of: sealed)
            }
            let raw = region.bytes.extracting(start..<chain.offset)
            writing.add(compressor.compress(raw), raw, at: start, first)
            guard writing.pendingBytes >= Self.writeBytes || chain.offset == sealed.length else { continue }
            guard Self.isWorthIt(chain.offset, writing.end) else { return nil }
            try writing.flush()
        }
        return try writing.finish(sealed)
    }

    /// Whether an eighth is saved at least.
    private static func isWorthIt(_ rawLength: Int, _ storedLength: Int) -> Bool {
        storedLength <= rawLength - rawLength / 8
    }

    private func checkCancelled() throws(LogError) {
        if isCancelled() { throw LogError(.closed, "the log was closed", file: configuration.directory) }
    }

    private struct Writing {
        let file: any StorageFile
        let seed: UInt32
        /// Where the next block goes.
        var end = PackedHeader.length
        var pendingBytes = 0
        private var pending: [ByteBlock] = []
        private var written = PackedHeader.length
        private let index = ByteBlock(capacity: 64 * PackedBlock.length)

        init(file: any StorageFile, seed: UInt32) {
            self.file = file
            self.seed = seed
        }

        mutating func add(_ compressed: ByteBlock?, _ raw: RawSpan, at rawOffset: Int, _ first: FrameHeader) {
            let stored = compressed ?? ByteBlock(copying: raw)
            let block = PackedBlock(
                firstSequence: first.firstSequence, firstTime: first.appendTime, rawOffset: rawOffset,
                storedOffset: end, rawLength: raw.byteCount, storedLength: stored.count,
                checksum: CRC32C.checksum(stored.bytes, seed: seed), codec: compressed == nil ? .none : .zstd)
            block.append(to: index)
            pending.append(stored)
            pendingBytes += stored.count
            end = block.storedEnd
        }

        mutating func flush() throws(LogError) {
            let (file, blocks, offset) = (file, pending, written)
            try LogError.converting(sticky: false) { () throws(StorageError) in
                try file.write(blocks[...], at: offset)
            }
            pending.removeAll(keepingCapacity: true)
            pendingBytes = 0
            written = end
        }

        /// The index behind the blocks, the header before them. - Returns: the length of the file.
        mutating func finish(_ sealed: SealedSegment) throws(LogError) -> Int {
            let header = PackedHeader(
                segment: sealed.segment.header, segmentChecksum: sealed.segment.headerChecksum,
                blockCount: index.count / PackedBlock.length, rawLength: sealed.length,
                endSequence: sealed.endSequence, lastTime: sealed.lastTime, sealChecksum: sealed.sealChecksum,
                indexChecksum: CRC32C.checksum(index.bytes, seed: seed), indexOffset: end)
            let (file, index, end) = (file, index, end)
            try LogError.converting(sticky: false) { () throws(StorageError) in
                try file.write([index], at: end)
                try file.write([header.encoded()], at: 0)
            }
            return end + index.count
        }
    }

    // MARK: - Reading back

    private func compare(_ packed: PackedFile, with sealed: SealedSegment) throws(LogError) {
        // A header with fields that this version does not know would not come back as it was.
        guard packed.header.segmentChecksum == sealed.segment.headerChecksum else {
            throw LogError(
                .storage, "the segment's header cannot be packed by this version", file: sealed.segment.path, offset: 0)
        }
        let region = sealed.segment.region
        var offset = SegmentHeader.blockLength
        while offset < sealed.length {
            try checkCancelled()
            let part = try packed.uncachedPart(at: offset)
            let partRegion = part.region
            guard part.start == offset, part.end <= sealed.length,
                partRegion.bytes.isEqual(to: region.bytes.extracting(offset..<part.end))
            else {
                throw LogError(
                    .storage, "a packed segment does not read back as it was written", file: packed.path, offset: offset
                )
            }
            offset = part.end
        }
    }
}
