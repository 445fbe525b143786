import Storage

extension SegmentedLog {
    /// The frame that holds an event, or `nil` when it is not there any more or not there yet.
    ///
    /// O(log of the segments and index entries); touches at most three pages of index (R44).
    public func frame(containing sequence: UInt64) throws(LogError) -> LogFrame? {
        guard sequence < tail, let place = reading.withLock({ $0.place(of: sequence) }) else { return nil }
        return try Self.walk(place.segment, from: place.offset, to: sequence)
    }

    /// The frame of events that follows another: O(1) inside a segment.
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

    private static func walk(_ segment: Segment, from start: Int, to sequence: UInt64) throws(LogError) -> LogFrame {
        var offset = start
        while let header = segment.frame(at: offset)?.header {
            if header.kind == FrameKind.events.rawValue, header.firstSequence <= sequence, sequence < header.endSequence
            {
                return LogFrame(segment: segment, offset: offset, header: header)
            }
            guard header.firstSequence <= sequence, header.kind != FrameKind.seal.rawValue else { break }
            offset += header.frameLength
        }
        throw LogError(
            .damaged, "a frame that was durable cannot be read", file: segment.path, offset: offset,
            sequences: sequence...sequence)
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
