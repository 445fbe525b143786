/// A settlement payload or a checkpoint that does not follow its format.
public struct RecordFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for people.
    public var message: String
    /// Where, in bytes from the start of what was read.
    public var offset: Int

    /// One line for people.
    public var description: String { "\(message) at byte \(offset)" }
}
