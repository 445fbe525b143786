/// What the opening of a log met at its end and went on without: nothing in the files vouches for it (FORMAT.md section 5).
public struct OpeningFindings: Sendable, Hashable {
    /// The newest file is shorter than it was made, which nobody but somebody outside does: events may be missing.
    public var shortened: LogError?
    /// Bytes without a whole frame were cut: a write that was not finished and never answered, or damage to the last group.
    public var cut: LogError?
}
