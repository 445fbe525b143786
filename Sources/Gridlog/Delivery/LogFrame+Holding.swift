import EventLog
import Storage

extension LogFrame {
    /// The frame of an event, its checksum verified; `nil` when its segment was given up. O(1) when it is the last frame that was
    /// looked at, or the one after it.
    static func holding(
        _ sequence: UInt64, after last: LogFrame?, in log: SegmentedLog
    ) throws(LogError) -> LogFrame? {
        if let last, last.holds(sequence) { return last }
        let next: LogFrame?
        if let last, last.endSequence == sequence {
            next = try log.frame(after: last)
        } else {
            next = try log.frame(containing: sequence)
        }
        guard let next else {
            let isGone = sequence < log.firstSequence || log.gap(atOrAfter: sequence)?.contains(sequence) == true
            guard !isGone else { return nil }
            throw LogError(
                .damaged, "an event that is not settled is missing", file: log.configuration.directory,
                sequences: sequence...sequence)
        }
        try next.verify()
        return next
    }

    /// Whether an event is one of this frame's.
    func holds(_ sequence: UInt64) -> Bool {
        firstSequence <= sequence && sequence < endSequence
    }

    /// Where the JSON of one of its events lies in the payload. O(1).
    func range(of sequence: UInt64) throws(LogError) -> Range<Int> {
        let index = Int(sequence - firstSequence)
        guard let range = EventRecords.range(of: index, in: payload, count: recordCount) else {
            throw unreadable(sequence)
        }
        return range
    }

    /// The error for an event whose record in this frame makes no sense.
    func unreadable(_ sequence: UInt64) -> LogError {
        LogError(
            .damaged, "the record of an event cannot be read", file: location, sequences: sequence...sequence)
    }
}
