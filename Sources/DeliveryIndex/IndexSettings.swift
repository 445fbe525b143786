/// What can be changed of a subscription while it runs (contract, decision 17).
public struct IndexSettings: Hashable, Sendable {
    /// How long a lock lasts, in milliseconds, 1 to 300,000. Locks that run keep their deadline when it is changed.
    public var lockDurationMilliseconds: UInt64
    /// The delivery that ends an event for good, 1 to 1,023. Applies to events that wait, too.
    public var maxDeliveryCount: Int

    /// Events that cannot be delivered wait for a copy of them to be made, instead of being settled at once.
    public var hasDeadLetterDestination: Bool
    /// What no release may exceed, in milliseconds, an hour by default and at most ``delayMillisecondsMax``: after a recovery with a wall
    /// clock that was set back, no delay lasts longer.
    public var longestDelayMilliseconds: UInt64

    /// Sets all; numbers are clamped to their range.
    public init(
        lockDurationMilliseconds: UInt64, maxDeliveryCount: Int, hasDeadLetterDestination: Bool = false,
        longestDelayMilliseconds: UInt64 = 3_600_000
    ) {
        self.longestDelayMilliseconds = min(longestDelayMilliseconds, Self.delayMillisecondsMax)
        self.hasDeadLetterDestination = hasDeadLetterDestination
        self.lockDurationMilliseconds = min(max(lockDurationMilliseconds, 1), Self.lockDurationMillisecondsMax)
        self.maxDeliveryCount = min(max(maxDeliveryCount, 1), Slot.deliveryCountMax)
    }

    /// What becomes of an event that cannot be delivered any more.
    func operation(endingBy reason: DeadLetterReason) -> SettlementRun.Operation {
        hasDeadLetterDestination ? reason.pending : reason.settled
    }

    static let lockDurationMillisecondsMax: UInt64 = 300_000
    /// No subscription may allow a longer delay: 13 hours and 12 minutes, for the longest wait of a push retry.
    public static let delayMillisecondsMax: UInt64 = 47_520_000
    /// A lock is renewed only within so long of its delivery's beginning (contract, decision 10).
    static let renewalMillisecondsMax: UInt32 = 3_600_000
    /// No deadline lies further ahead; with an allowance of a minute.
    static let aheadMillisecondsMax = delayMillisecondsMax + lockDurationMillisecondsMax
}
