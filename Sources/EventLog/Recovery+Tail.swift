import Storage

/// The end of the newest segment, and files that are not part of the log.
extension Recovery {
    private static let copyLengthMax = 1 << 20

    /// Decides whether the place after the last valid frame is the end, a torn tail, or damage. Changes nothing.
    ///
    /// - Throws: `damaged` when something that was durable does not stand there any more; `incompatible` when a frame
    ///   stands there that this version does not know: it was not torn, and may hold what was answered.
    func judge(
        _ found: OpenedSegment, _ walk: SegmentWalk, _ tail: SegmentWalk.Tail, watermark: Int
    ) throws(LogError) {
        guard watermark <= walk.end, tail.proof == nil else {
            let last = tail.proof.map { max(walk.nextSequence, $0.firstSequence &- 1) } ?? walk.nextSequence
            throw LogError.damage(
                "a frame that was durable is damaged; nothing was cut", in: found.segment, offset: walk.end,
                sequences: walk.nextSequence...last)
        }
        guard !tail.isUnknown else {
            throw LogError(
                .incompatible,
                "a frame that this version does not know follows sequence \(walk.nextSequence &- 1); nothing was cut: "
                    + "open the log with the version that wrote it",
                file: found.segment.path, segment: found.segment.header.id, offset: walk.end)
        }
    }

    /// What an operator should know of the end of the log.
    func findings(_ found: OpenedSegment, _ walk: SegmentWalk, _ tail: SegmentWalk.Tail) -> OpeningFindings {
        let segment = found.segment
        var findings = OpeningFindings()
        if UInt64(segment.capacity) < segment.header.fileLength {
            let missing = segment.header.fileLength - UInt64(segment.capacity)
            findings.shortened = .damage(
                "the newest segment was shortened by \(missing) bytes from outside; events from sequence "
                    + "\(walk.nextSequence) on may be missing: compare with a copy",
                in: segment, offset: segment.capacity)
        }
        if isTorn(segment, tail) || tail.beginsLikeAFrame {
            findings.cut = .damage(
                "what follows sequence \(walk.nextSequence - 1) is no whole frame and was cut: a write that was not finished "
                    + "and never answered, or damage to the newest events",
                in: segment, offset: walk.end)
        }
        return findings
    }

    /// In a recycled file the bytes of its earlier life stay: without a header of this life no frame comes of them.
    private func isTorn(_ segment: Segment, _ tail: SegmentWalk.Tail) -> Bool {
        segment.header.isRecycled ? tail.holdsFrames : !tail.isZero
    }

    /// Cuts a torn tail and makes what is kept durable.
    func settle(
        _ found: OpenedSegment, _ walk: SegmentWalk, _ tail: SegmentWalk.Tail
    ) throws(LogError) -> ActiveSegment {
        try LogError.converting(sticky: false) { () throws(StorageError) in
            if isTorn(found.segment, tail) { try Zeros.write(to: found.file, walk.end..<found.segment.capacity) }
            try writeAgain(found, walk.watermark..<walk.end)
            try found.file.synchronize()
            var active = ActiveSegment(segment: try wholeLength(found, walk), file: found.file)
            active.index = walk.index
            active.writeOffset = walk.end
            active.durableOffset = walk.end
            active.watermarkWritten = walk.watermark
            active.checkpointBytes = walk.checkpointBytes
            active.lastChecksum = walk.lastChecksum
            active.lastLength = walk.lastLength
            active.isSealed = walk.seal != nil
            return active
        }
    }

    /// Writes the same bytes again where no frame says that they were synced. If the sync of an earlier process failed, the
    /// kernel holds them as clean, and would not write them at the next sync (R2).
    private func writeAgain(_ found: OpenedSegment, _ range: Range<Int>) throws(StorageError) {
        let region = found.segment.region
        var offset = range.lowerBound
        while offset < range.upperBound {
            let end = min(range.upperBound, offset + Self.copyLengthMax)
            try found.file.write([ByteBlock(copying: region.bytes.extracting(offset..<end))], at: offset)
            offset = end
        }
    }

    /// A file that was cut short after its last frame (R6) gets its blocks back, at least for its seal.
    private func wholeLength(_ found: OpenedSegment, _ walk: SegmentWalk) throws(StorageError) -> Segment {
        let segment = found.segment
        let blocks = (segment.capacity + SegmentHeader.blockLength - 1) / SegmentHeader.blockLength
        // The reserve is short, and there may be no space for more.
        let bytesMin = segment.header.isReserve ? 0 : configuration.segmentBytesMin
        var length = max(bytesMin, blocks * SegmentHeader.blockLength)
        while walk.seal == nil, walk.end + LogWriter.sealRoom(length) > length { length += SegmentHeader.blockLength }
        try found.file.allocate(length)
        guard length > segment.capacity else { return segment }
        return Segment(
            header: segment.header, headerChecksum: segment.headerChecksum, path: segment.path,
            region: try found.file.map(length, .readOnly))
    }

    /// Removes what was given up and still has its name; sets aside, and never removes, what may have held data (R16, R19).
    ///
    /// - Parameter named: the ids that the manifest names. It names a segment before events go into it, and forgets it in both
    ///   its files before the file goes: a file older than the newest of them that it does not name was given up.
    func discardLeftovers(named: Set<UInt64>, newest: UInt64) throws(LogError) {
        try LogError.converting(sticky: false) { () throws(StorageError) in
            var isChanged = false
            for name in try fileSystem.list(configuration.directory) {
                guard let id = Segment.id(ofName: name), !named.contains(id) else { continue }
                let path = configuration.path(name)
                if id < newest {
                    try remove(path)
                } else {
                    try fileSystem.rename(path, to: "\(path).\(configuration.random()).aside")
                }
                isChanged = true
            }
            if isChanged { try fileSystem.syncDirectory(configuration.directory) }
        }
    }

    /// Removes a file that was given up, or puts it back into the reserve that it came from: on a full disk somebody else might
    /// take its blocks.
    private func remove(_ path: String) throws(StorageError) {
        let present = try fileSystem.list(configuration.directory)
        if let name = Reserve.names.first(where: { !present.contains($0) }), try cameFromReserve(path) {
            return try fileSystem.rename(path, to: configuration.path(name))
        }
        try fileSystem.unlink(path)
    }

    private func cameFromReserve(_ path: String) throws(StorageError) -> Bool {
        let file = try fileSystem.open(path, .read)
        guard try file.size() >= SegmentHeader.blockLength else { return false }
        let region = try file.map(SegmentHeader.blockLength, .readOnly)
        return (try? SegmentHeader.read(region.bytes, file: path).header.isReserve) ?? false
    }
}
