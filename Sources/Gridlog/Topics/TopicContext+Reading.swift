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
            let frame = try GridlogError.converting { () throws(LogError) in
                try LogFrame.holding(sequence, after: nil, in: log)
            }
            guard let frame else {
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
        let last = frame
        let found = try GridlogError.converting { () throws(LogError) in
            try LogFrame.holding(sequence, after: last, in: log)
        }
        guard let found else { return nil }
        frame = found
        let payload = found.payload
        let index = Int(sequence - found.firstSequence)
        guard let range = EventRecords.range(of: index, in: payload, count: found.recordCount) else {
            throw GridlogError(found.unreadable(sequence))
        }
        return (payload.extracting(range).array(), found.appendTime)
    }
}
