/// An invariant did not hold: which, the seed, the last steps, and how to see it again.
public struct SimulationFailure: Error, Sendable, CustomStringConvertible {
    /// What starts the same run again.
    public let seed: UInt64
    /// The step that found it, from 1.
    public let step: Int
    /// What did not hold.
    public let message: String
    /// The last steps before it, oldest first.
    public let trace: [String]

    /// All of it, for people.
    public var description: String {
        """
        seed \(seed), step \(step): \(message)
        The last steps:
        \(trace.joined(separator: "\n"))
        To see it again: Tools/soak --seed \(seed)
        """
    }
}
