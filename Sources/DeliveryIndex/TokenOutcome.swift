/// What a lock token is good for (contract, decision 9).
public enum TokenOutcome: Sendable, Hashable {
    /// It holds its event's lock.
    case genuine
    /// Of another subscription or another incarnation of the topic: `BadToken`. So is text that
    /// ``LockTokenCoder/decode(_:)-(RawSpan)`` refuses.
    case badToken
    /// Genuine once, but expired, settled, or overtaken by a later delivery: `TokenLost`.
    case lost
}
