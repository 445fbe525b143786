/// An event that waits for its copy to reach the dead-letter destination.
public struct PendingDeadLetter: Sendable, Hashable {
    /// The event.
    public let sequence: UInt64
    /// Why it is there.
    public let reason: DeadLetterReason
    /// How many times it was handed out.
    public let deliveryCount: Int
    /// Boot time in nanoseconds at which its last delivery ended; `nil` when it was never handed out, or the machine was started anew
    /// since.
    public let endedAt: UInt64?
}
