import Storage

/// Finding the segments that the log consists of: those that the manifest names, and those that follow them.
extension Recovery {
    struct OpenedSegment {
        let segment: Segment
        let file: any StorageFile
    }

    /// The sealed segments, oldest first, and the newest. - Throws: `damaged`, naming the first that is not as it was.
    func openSegments(_ ledger: SegmentLedger) throws(LogError) -> (sealed: [SealedSegment], newest: OpenedSegment) {
        var sealed: [SealedSegment] = []
        for entry in ledger.segments.dropLast() {
            let next = try openSealed(entry)
            try check(next.segment, comesAfter: sealed.last)
            sealed.append(next)
        }
        let entry = ledger.segments[ledger.segments.count - 1]
        var newest = try open(entry.id, sequences: nil)
        newest.segment.region.expectJumps(false)
        guard newest.segment.header.baseSequence == entry.baseSequence else {
            throw LogError.damage("another segment has this one's place", in: newest.segment, offset: 48)
        }
        try check(newest.segment, comesAfter: sealed.last)
        while let next = try successor(of: newest) {
            sealed.append(next.sealed)
            newest = next.opened
        }
        return (sealed, newest)
    }

    private func open(_ id: UInt64, sequences: ClosedRange<UInt64>?) throws(LogError) -> OpenedSegment {
        let path = configuration.path(Segment.name(id))
        let (file, region) = try openFile(path, of: id, sequences)
        guard let region else {
            throw LogError(
                .damaged, "the segment is empty", file: path, segment: id, offset: 0, sequences: sequences)
        }
        // Of all but the newest nothing is read but header and seal.
        region.expectJumps(true)
        let header: SegmentHeader
        let checksum: UInt32
        do {
            (header, checksum) = try SegmentHeader.read(region.bytes, file: path)
        } catch {
            throw error.about(id, sequences)
        }
        guard header.identity == configuration.identity, header.id == id else {
            throw LogError(
                .damaged, "the segment belongs to another log or bears a wrong name", file: path, segment: id,
                sequences: sequences)
        }
        return OpenedSegment(
            segment: Segment(header: header, headerChecksum: checksum, path: path, region: region), file: file)
    }

    func openFile(
        _ path: String, of id: UInt64, _ sequences: ClosedRange<UInt64>?
    ) throws(LogError) -> (file: any StorageFile, region: MappedRegion?) {
        do {
            let file = try fileSystem.open(path, .readWrite)
            let size = try file.size()
            return (file, size > 0 ? try file.map(size, .readOnly) : nil)
        } catch {
            guard error.code == .notFound else { throw LogError(error, sticky: false) }
            throw LogError(
                .damaged, "a segment that the manifest names is missing", file: path, segment: id, sequences: sequences)
        }
    }

    private func openSealed(_ entry: SegmentLedger.Entry) throws(LogError) -> SealedSegment {
        let sequences = entry.baseSequence...max(entry.baseSequence, entry.endSequence &- 1)
        if entry.packedLength > 0 { return try openPacked(entry, sequences) }
        let segment = try open(entry.id, sequences: sequences).segment
        let length = Int(clamping: entry.length)
        guard segment.capacity >= length, segment.header.baseSequence == entry.baseSequence else {
            throw LogError.damage(
                "the segment is shorter than when it was sealed, or another one", in: segment,
                offset: segment.capacity, sequences: sequences)
        }
        defer { segment.region.expectJumps(false) }
        guard let (seal, header, checksum) = Self.seal(of: segment, endingAt: length) else {
            throw LogError.damage(
                "the seal of the segment is damaged", in: segment, offset: length, sequences: sequences)
        }
        return SealedSegment(
            segment: segment, length: length, endSequence: entry.endSequence, index: seal, sealChecksum: checksum,
            lastTime: header.appendTime)
    }

    /// The payload of the seal frame that ends at an offset. Its length is not known, but it is a whole number of entries and
    /// not more than a segment of this length can have.
    private static func seal(
        of segment: Segment, endingAt end: Int
    ) -> (payload: Range<Int>, header: FrameHeader, checksum: UInt32)? {
        let start = max(SegmentHeader.blockLength, end - LogWriter.sealRoom(segment.capacity))
        var offset = end - FrameHeader.length
        while offset >= start {
            if let (header, checksum) = segment.frame(at: offset), header.kind == FrameKind.seal.rawValue,
                offset + header.frameLength == end
            {
                guard segment.isWhole(at: offset, header) else { return nil }
                return (offset + FrameHeader.length..<end, header, checksum)
            }
            offset -= SparseIndex.entryLength
        }
        return nil
    }

    /// A segment that the manifest names, after the one that it names before. Where others between them were given up, their
    /// numbers are missing, and so is the link.
    private func check(_ segment: Segment, comesAfter last: SealedSegment?) throws(LogError) {
        guard let last else { return }
        let lastID = last.segment.header.id
        guard segment.header.id != lastID &+ 1 else { return try check(segment, follows: last) }
        guard segment.header.id > lastID, segment.header.baseSequence >= last.endSequence else {
            throw LogError.damage(
                "the segments that the manifest names are not in order", in: segment, offset: 0)
        }
    }

    private func check(_ segment: Segment, follows last: SealedSegment) throws(LogError) {
        guard segment.header.previous == last.link, segment.header.baseSequence == last.endSequence else {
            throw LogError.damage(
                "the segment does not continue the one before it", in: segment, offset: 0,
                sequences: last.baseSequence...max(last.baseSequence, segment.header.baseSequence))
        }
    }

    private struct Successor {
        /// The segment before, which turned out to be sealed.
        let sealed: SealedSegment
        let opened: OpenedSegment
    }

    /// The segment that a roll made after this one, when the manifest does not know it yet.
    ///
    /// A roll syncs header and checkpoint before it gives the file its name. So a file of that name that is not blank and
    /// cannot be read was damaged, and may hold events.
    private func successor(of found: OpenedSegment) throws(LogError) -> Successor? {
        let id = found.segment.header.id &+ 1
        let path = configuration.path(Segment.name(id))
        let isThere = try LogError.converting(sticky: false) { () throws(StorageError) in
            try fileSystem.contains(Segment.name(id), in: configuration.directory)
        }
        guard isThere else { return nil }
        let walk = SegmentWalk(found.segment)
        let opened: OpenedSegment
        do {
            opened = try open(id, sequences: nil)
            opened.segment.region.expectJumps(false)
        } catch {
            // Before the seal, nothing can have been accepted into another segment: the file is none of ours.
            guard walk.seal != nil else { return nil }
            if try LogError.converting(sticky: false, { () throws(StorageError) in try isBlank(path, from: 0) }) {
                return nil
            }
            throw error
        }
        let link = opened.segment.header.previous
        guard let seal = walk.seal, link.length == UInt64(walk.end), link.checksum == walk.lastChecksum else {
            throw LogError.damage(
                "the segment ends before the place where its successor continues", in: found.segment,
                offset: walk.end,
                sequences: walk.nextSequence...max(walk.nextSequence, opened.segment.header.baseSequence &- 1))
        }
        let sealed = SealedSegment(
            segment: found.segment, length: walk.end, endSequence: walk.nextSequence, index: seal,
            sealChecksum: walk.lastChecksum, lastTime: walk.lastTime)
        try check(opened.segment, follows: sealed)
        guard SegmentWalk(opened.segment).hasCheckpoint else {
            throw LogError(
                .damaged, "the checkpoint at the start of the segment is damaged", file: path,
                segment: id, offset: SegmentHeader.blockLength)
        }
        return Successor(sealed: sealed, opened: opened)
    }
}
