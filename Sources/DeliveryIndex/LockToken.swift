/// Names one delivery of one event to one receiver (FORMAT.md section 4).
///
/// Read from text only by ``LockTokenCoder``, which knows whether it was made up. Whether its lock still holds is for
/// ``SubscriptionIndex/check(_:now:)`` to say.
public struct LockToken: Hashable, Sendable {
    /// The event.
    public var sequence: UInt64
    /// The event subscription.
    public var subscription: UInt32
    /// The index that gave the lock: another one after every rebuild.
    public var epoch: UInt32
    /// The incarnation of the topic.
    public var incarnation: UInt32
    /// Low 32 bits of the boot time in milliseconds at which this delivery began; renewals do not change it.
    public var lockedAt: UInt32
    /// Which delivery of the event.
    public var generation: UInt16

    /// Names a delivery.
    public init(
        sequence: UInt64, subscription: UInt32, epoch: UInt32, incarnation: UInt32, lockedAt: UInt32, generation: UInt16
    ) {
        self.sequence = sequence
        self.subscription = subscription
        self.epoch = epoch
        self.incarnation = incarnation
        self.lockedAt = lockedAt
        self.generation = generation
    }
}
