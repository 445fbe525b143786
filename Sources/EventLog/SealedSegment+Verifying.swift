import Storage

/// Reading all of a sealed segment, in either form, to know that it is whole.
extension SealedSegment {
    /// The first sequence that is known to lie behind what stands at an offset.
    func sequence(after offset: Int) -> UInt64 {
        let region = segment.region
        let entries = region.bytes.extracting(index)
        var position = 0
        while position < entries.byteCount / SparseIndex.entryLength {
            let entry = position * SparseIndex.entryLength
            if entries.load(entry + 8, as: UInt64.self) > UInt64(offset) {
                return entries.load(entry, as: UInt64.self)
            }
            position += 1
        }
        return endSequence
    }

    /// Compares everything with its checksums, header and index included. O(bytes).
    ///
    /// - Throws: `damaged`, naming file, offset and sequences.
    func verify() throws(LogError) {
        try verifyHeader()
        var chain = FrameChain(segment)
        while chain.offset < length {
            let part = try segment.uncachedPart(at: chain.offset)
            repeat { _ = try chain.take(from: part, of: self) } while chain.offset < min(part.end, length)
        }
    }

    /// Reads the start of the file again, and the index of a packed one.
    func verifyHeader() throws(LogError) {
        if let packed = segment.packed { return try packed.verifyIndex() }
        let region = segment.region
        let header: SegmentHeader
        do throws(LogError) {
            header = try SegmentHeader.read(region.bytes, file: segment.path).header
        } catch {
            throw error.about(segment.header.id, baseSequence...max(baseSequence, endSequence &- 1))
        }
        guard header == segment.header else {
            throw LogError.damage(
                "the segment's header is another one than when it was opened", in: segment, offset: 0,
                sequences: baseSequence...max(baseSequence, endSequence &- 1))
        }
    }
}

extension Segment {
    /// ``part(at:)`` past the cache.
    func uncachedPart(at offset: Int) throws(LogError) -> Segment {
        guard let packed else { return self }
        return try packed.uncachedPart(at: offset)
    }
}
