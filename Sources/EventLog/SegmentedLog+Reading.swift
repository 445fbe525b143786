import Storage

extension SegmentedLog {
    /// The frame that holds an event, or `nil` when it is not there any more or not there yet.
    ///
    /// O(log of the segments and index entries); touches at most three pages of index (R44). In a packed segment its block is
    /// decompressed, some 100 µs, unless it is cached.
    ///
    /// - Throws: ``LogError`` with code ``LogError/Code/damaged``, naming file, offset and sequences.
    public func frame(containing sequence: UInt64) throws(LogError) -> LogFrame? {
        guard sequence < tail, let place = reading.withLock({ $0.place(of: sequence) }) else { return nil }
        return try Self.walk(place.segment, from: place.offset, to: sequence)
    }

    /// The frame of events that follows another: O(1) inside a segment or a block of a packed one.
    public func frame(after frame: LogFrame) throws(LogError) -> LogFrame? {
        let sequence = frame.endSequence
        guard sequence < tail else { return nil }
        let next = frame.offset + frame.header.frameLength
        if let header = frame.segment.frame(at: next)?.header, header.kind != FrameKind.seal.rawValue {
            let found = try? Self.walk(frame.segment, from: next, to: sequence)
            if let found { return found }
        }
        return try self.frame(containing: sequence)
    }

    /// The frame of events that holds a sequence, from a place at or before it on.
    static func walk(_ segment: Segment, from start: Int, to sequence: UInt64) throws(LogError) -> LogFrame {
        var offset = start
        var part = try segment.part(at: offset)
        while true {
            if offset >= part.end { part = try segment.part(at: offset) }
            guard let header = part.frame(at: offset)?.header else { break }
            if header.kind == FrameKind.events.rawValue, header.firstSequence <= sequence, sequence < header.endSequence
            {
                return LogFrame(segment: part, offset: offset, header: header)
            }
            guard header.firstSequence <= sequence, header.kind != FrameKind.seal.rawValue else { break }
            offset += header.frameLength
        }
        throw LogError.damage(
            "a frame that was durable cannot be read", in: segment, offset: offset, sequences: sequence...sequence)
    }

    /// Shows what happened since the newest segment was begun: first its checkpoint, then the settlements in order.
    ///
    /// Call it once, after opening, before anything is appended.
    public func replay(_ body: (ReplayedFrame) -> Void) {
        let segment = reading.withLock { $0.active }
        var offset = SegmentHeader.blockLength
        while offset < recoveredEnd, let header = segment.frame(at: offset)?.header {
            switch FrameKind(rawValue: header.kind) {
            case .checkpoint: body(ReplayedFrame(kind: .checkpoint, segment: segment, offset: offset, header: header))
            case .settlements: body(ReplayedFrame(kind: .settlements, segment: segment, offset: offset, header: header))
            default: break
            }
            offset += header.frameLength
        }
    }
}
