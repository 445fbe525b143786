import Storage

/// What can still be read of a packed segment whose header or block index is damaged.
extension PackedFile {
    /// The segment by a header in which one bit was turned back, and by the blocks themselves, which follow each other without a gap.
    /// O(bytes).
    ///
    /// - Returns: `nil` when the header cannot be mended, or no block be read. Behind a block that cannot be read nothing is found.
    static func mended(_ region: MappedRegion, path: String, cache: BlockCache) -> PackedFile? {
        guard var header = PackedHeader.mended(region.bytes, file: path) else { return nil }
        let index = ByteBlock(capacity: PackedBlock.length)
        // What the header says is not believed further than the file's length.
        let blocksMax = min(header.blockCount, region.length / PackedBlock.length + 1)
        header.blockCount = 0
        var rawOffset = SegmentHeader.blockLength
        var offset = PackedHeader.length
        let end = min(header.indexOffset, region.length)
        while rawOffset < header.rawLength, offset < end, header.blockCount < blocksMax,
            let block = block(region.bytes.extracting(offset..<end), offset, rawOffset, header.segment)
        {
            block.append(to: index)
            header.blockCount += 1
            rawOffset = block.rawEnd
            offset = block.storedEnd
        }
        guard header.blockCount > 0 else { return nil }
        return PackedFile(region, path: path, cache: cache, header: header, index: ZstdCodec.copy(index.bytes))
    }

    /// A damaged block as it was before one of its bits was turned; `nil` when more than that is wrong with it. Its frames are to be
    /// compared with their own checksums. O(bytes).
    func mendedPart(at offset: Int) -> Segment? {
        guard let block = block(holding: offset), block.storedEnd <= header.indexOffset else { return nil }
        let region = region
        var stored = region.bytes.extracting(block.storedOffset..<block.storedEnd).array()
        let checksum = unsafe CRC32C.checksum(stored.span.bytes, seed: header.segment.seed)
        guard let bit = CRC32C.flippedBit(of: stored.count, difference: checksum ^ block.checksum) else { return nil }
        stored[bit / 8] ^= 1 << (bit % 8)
        return unsafe unpack(stored.span.bytes, of: block)
    }

    /// The block that bytes begin with, compressed or as it is.
    private static func block(
        _ bytes: RawSpan, _ offset: Int, _ rawOffset: Int, _ segment: SegmentHeader
    ) -> PackedBlock? {
        func entry(_ first: FrameHeader, _ rawLength: Int, _ storedLength: Int, _ codec: PackedBlock.Codec)
            -> PackedBlock
        {
            PackedBlock(
                firstSequence: first.firstSequence, firstTime: first.appendTime, rawOffset: rawOffset,
                storedOffset: offset, rawLength: rawLength, storedLength: storedLength,
                checksum: CRC32C.checksum(bytes.extracting(0..<storedLength), seed: segment.seed), codec: codec)
        }
        if let (storedLength, rawLength) = ZstdCodec.frame(atStartOf: bytes),
            let raw = ZstdCodec.decompress(bytes.extracting(0..<storedLength), to: rawLength),
            let (first, _) = FrameHeader.read(raw.bytes, at: 0, seed: segment.seed)
        {
            return entry(first, rawLength, storedLength, .zstd)
        }
        guard let (first, _) = FrameHeader.read(bytes, at: 0, seed: segment.seed) else { return nil }
        var length = 0
        while length < PackedBlock.rawBytes, let (frame, _) = FrameHeader.read(bytes, at: length, seed: segment.seed) {
            length += frame.frameLength
        }
        return length <= bytes.byteCount ? entry(first, length, length, .none) : nil
    }
}

extension CRC32C {
    /// The one bit that changes the checksum of so many bytes by a difference, counted from the first; `nil` when none does. O(bytes).
    ///
    /// A checksum is linear: what one bit changes depends on how many bytes follow it alone.
    static func flippedBit(of byteCount: Int, difference: UInt32) -> Int? {
        var changes: [UInt32] = (0..<8).map { 1 << $0 }
        for byte in (0..<byteCount).reversed() {
            for bit in 0..<8 {
                // One more byte of zeros, by the reflected polynomial.
                for _ in 0..<8 { changes[bit] = changes[bit] >> 1 ^ (changes[bit] & 1 == 1 ? 0x82F6_3B78 : 0) }
                if changes[bit] == difference { return byte * 8 + bit }
            }
        }
        return nil
    }
}

extension PackedHeader {
    /// The header as it was before one of its bits was turned. Its checksum tells every change of up to five bits in so few bytes from
    /// every other (Koopman, 32-Bit Cyclic Redundancy Codes for Internet Applications, 2002), so only one bit can be the right one.
    fileprivate static func mended(_ bytes: RawSpan, file: String) -> PackedHeader? {
        guard bytes.byteCount >= length else { return nil }
        var copy = bytes.extracting(0..<length).array()
        if let header = try? unsafe read(copy.span.bytes, file: file) { return header }
        for bit in 0..<length * 8 {
            copy[bit / 8] ^= 1 << (bit % 8)
            if let header = try? unsafe read(copy.span.bytes, file: file) { return header }
            copy[bit / 8] ^= 1 << (bit % 8)
        }
        return nil
    }
}
