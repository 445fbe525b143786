import Storage

/// The end of the newest segment, and files that are not part of the log.
extension Recovery {
    private static let copyLengthMax = 1 << 20

    /// Decides whether the place after the last valid frame is the end, a torn tail, or damage. Changes nothing.
    ///
    /// - Throws: `damaged` when something that was durable does not stand there any more.
    func judge(
        _ found: OpenedSegment, _ walk: SegmentWalk, _ tail: SegmentWalk.Tail, watermark: Int
    ) throws(LogError) {
        guard watermark <= walk.end, tail.proof == nil else {
            let last = tail.proof.map { max(walk.nextSequence, $0.firstSequence &- 1) } ?? walk.nextSequence
            throw LogError(
                .damaged, "a frame that was durable is damaged; nothing was cut", file: found.segment.path,
                offset: walk.end, sequences: walk.nextSequence...last)
        }
    }

    /// Cuts a torn tail and makes what is kept durable.
    func settle(
        _ found: OpenedSegment, _ walk: SegmentWalk, _ tail: SegmentWalk.Tail
    ) throws(LogError) -> ActiveSegment {
        try LogError.converting(sticky: false) { () throws(StorageError) in
            // In a recycled file the bytes of its earlier life stay: without a header of this life no frame comes of them.
            let isTorn = found.segment.header.isRecycled ? tail.holdsFrames : !tail.isZero
            if isTorn { try Zeros.write(to: found.file, walk.end..<found.segment.capacity) }
            try writeAgain(found, walk.watermark..<walk.end)
            try found.file.synchronize()
            var active = ActiveSegment(segment: try wholeLength(found, walk), file: found.file)
            active.index = walk.index
            active.writeOffset = walk.end
            active.durableOffset = walk.end
            active.watermarkWritten = walk.watermark
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
        var length = max(configuration.segmentBytesMin, blocks * SegmentHeader.blockLength)
        while walk.seal == nil, walk.end + LogWriter.sealRoom(length) > length { length += SegmentHeader.blockLength }
        try found.file.allocate(length)
        guard length > segment.capacity else { return segment }
        return Segment(
            header: segment.header, headerChecksum: segment.headerChecksum, path: segment.path,
            region: try found.file.map(length, .readOnly))
    }

    /// Removes what a trim left behind; sets aside, and never removes, what may have held data (R16, R19).
    func discardLeftovers(oldest: UInt64, newest: UInt64) throws(LogError) {
        try LogError.converting(sticky: false) { () throws(StorageError) in
            var isChanged = false
            for name in try fileSystem.list(configuration.directory) {
                guard let id = Segment.id(ofName: name), !(oldest...newest).contains(id) else { continue }
                let path = configuration.path(name)
                if id < oldest {
                    try fileSystem.unlink(path)
                } else {
                    try fileSystem.rename(path, to: "\(path).\(configuration.random()).aside")
                }
                isChanged = true
            }
            if isChanged { try fileSystem.syncDirectory(configuration.directory) }
        }
    }
}
