import EventLog
import Storage

/// Reading events of the log for what is not delivery.
extension TopicContext {
    /// Shows every frame of the log, in order, its checksum verified. O(log).
    func forEachFrame(_ body: (LogFrame) throws(GridlogError) -> Void) throws(GridlogError) {
        var sequence = log.firstSequence
        while sequence < log.tail {
            if let gap = log.gap(atOrAfter: sequence), gap.contains(sequence) {
                sequence = gap.upperBound
                continue
            }
            guard let frame = try frame(holding: sequence) else {
                sequence = max(sequence + 1, log.firstSequence)
                continue
            }
            try body(frame)
            sequence = frame.endSequence
        }
    }

    /// The JSON of an event and when it was published; `nil` when the log does not hold it any more. O(1) when it is in the frame that was
    /// looked at last.
    func event(
        _ sequence: UInt64, after frame: inout LogFrame?
    ) throws(GridlogError) -> (json: [UInt8], publishedAt: UInt64)? {
        guard let found = try self.frame(holding: sequence, after: frame) else { return nil }
        frame = found
        let range = try GridlogError.converting { () throws(LogError) in try found.range(of: sequence) }
        return (found.payload.extracting(range).array(), found.appendTime)
    }

    /// The frame of an event, its checksum verified; `nil` when the log does not hold it any more.
    func frame(holding sequence: UInt64, after last: LogFrame? = nil) throws(GridlogError) -> LogFrame? {
        try GridlogError.converting { () throws(LogError) in try LogFrame.holding(sequence, after: last, in: log) }
    }
}
