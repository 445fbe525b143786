/// What can be changed of a subscription while it runs (contract, decision 17).
public struct IndexSettings: Hashable, Sendable {
    /// How long a lock lasts, in milliseconds, 1 to 300,000. Locks that run keep their deadline when it is changed.
    public var lockDurationMilliseconds: UInt64
    /// The delivery that ends an event for good, 1 to 1,023. Applies to events that wait, too.
    public var maxDeliveryCount: Int

    /// Sets both; each is clamped to its range.
    public init(lockDurationMilliseconds: UInt64, maxDeliveryCount: Int) {
        self.lockDurationMilliseconds = min(max(lockDurationMilliseconds, 1), Self.lockDurationMillisecondsMax)
        self.maxDeliveryCount = min(max(maxDeliveryCount, 1), Slot.deliveryCountMax)
    }

    static let lockDurationMillisecondsMax: UInt64 = 300_000
    /// A release may not ask for more.
    static let delayMillisecondsMax: UInt64 = 3_600_000
    /// A lock is renewed only within so long of its delivery's beginning (contract, decision 10).
    static let renewalMillisecondsMax: UInt32 = 3_600_000
    /// No deadline lies further ahead; with an allowance of a minute.
    static let aheadMillisecondsMax = delayMillisecondsMax + lockDurationMillisecondsMax
}
