/// What became of the segment that ``SegmentedLog/packNextColdSegment(olderThan:)`` took up.
public enum PackOutcome: Sendable, Hashable {
    /// It is there in its packed form now: its id, its length before and after, in bytes.
    case packed(segment: UInt64, from: Int, to: Int)
    /// Less than an eighth would have been saved; it is not tried again until the log is opened again.
    case notWorthIt(segment: UInt64)
    /// It was given up meanwhile.
    case released(segment: UInt64)
}
