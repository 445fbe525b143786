import Storage

/// Finding events by the time of their appending, which never goes back within a log.
extension SegmentedLog {
    /// The first sequence in the log whose frame was appended at this time (ns since 1970) or later; ``tail`` when there is none.
    ///
    /// O(log of the segments and index entries), in pages read too; of a packed segment one block is decompressed.
    ///
    /// - Throws: ``LogError`` with code ``LogError/Code/damaged`` when a frame header on the way cannot be read.
    public func sequence(appendedAtOrAfter time: UInt64) throws(LogError) -> UInt64 {
        let tail = tail
        let (sealed, active, index) = reading.withLock { reading in
            (reading.sealed(appendedAtOrAfter: time), reading.active, reading.activeIndex)
        }
        if let (sealed, next) = sealed {
            return min(tail, try Self.sequence(appendedAtOrAfter: time, in: sealed, next: next, tail: tail))
        }
        let start = try Self.start(of: time, in: active, count: index.count) { Int(index.offsets[$0]) }
        return min(tail, try Self.walk(active, from: start, to: time, next: nil, tail: tail))
    }

    /// The same in a sealed segment; `next`, the first sequence after it, when there is none.
    static func sequence(
        appendedAtOrAfter time: UInt64, in sealed: SealedSegment, next: UInt64, tail: UInt64
    ) throws(LogError) -> UInt64 {
        let start = try start(of: time, in: sealed)
        return try walk(sealed.segment, from: start, to: time, next: next, tail: tail)
    }

    private static func start(of time: UInt64, in sealed: SealedSegment) throws(LogError) -> Int {
        if let packed = sealed.segment.packed { return packed.start(ofTime: time) }
        return try start(of: time, in: sealed.segment, count: sealed.indexCount) { sealed.indexOffset($0) }
    }

    /// The offset of the last index entry whose frame was appended before a time, or of the first frame.
    private static func start(
        of time: UInt64, in segment: Segment, count: Int, offset: (Int) -> Int
    ) throws(LogError) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            guard let header = segment.frame(at: offset(middle))?.header else {
                throw unreadable(segment, offset(middle))
            }
            if header.appendTime < time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? SegmentHeader.blockLength : offset(low - 1)
    }

    /// - Parameter next: the first sequence after a sealed segment.
    private static func walk(
        _ segment: Segment, from start: Int, to time: UInt64, next: UInt64?, tail: UInt64
    ) throws(LogError) -> UInt64 {
        var offset = start
        var end = segment.header.baseSequence
        var part = try segment.part(at: offset)
        while true {
            if offset >= part.end, segment.packed != nil { part = try segment.part(at: offset) }
            guard let header = part.frame(at: offset)?.header else { break }
            if header.kind == FrameKind.seal.rawValue { return next ?? header.firstSequence }
            if header.kind == FrameKind.events.rawValue, header.appendTime >= time { return header.firstSequence }
            end = header.endSequence
            offset += header.frameLength
        }
        // In the active segment there is no frame where readers see none.
        guard next == nil, end >= tail else { throw unreadable(segment, offset) }
        return tail
    }

    private static func unreadable(_ segment: Segment, _ offset: Int) -> LogError {
        .damage("a frame that was durable cannot be read", in: segment, offset: offset)
    }
}
