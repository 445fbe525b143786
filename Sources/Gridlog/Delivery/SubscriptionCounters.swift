import DeliveryIndex
import Storage

/// What happened to events of one subscription since the broker was opened.
public struct SubscriptionCounters: Sendable, Hashable {
    /// Ended without an acknowledgement and without a dead-letter copy. Events that nobody was ever offered before their time to live
    /// was over are not counted.
    public var dropped = 0
    /// Copied to the dead-letter destination.
    public var deadLettered = 0
    /// Wait for their copies now.
    public var deadLetterPending = 0
    /// Accepted by the endpoint of a push subscription.
    public var delivered = 0
    /// Requests to the endpoint that did not succeed.
    public var failedAttempts = 0
}

extension EventSubscription {
    /// What happened to its events since the broker was opened. O(1).
    public var counters: SubscriptionCounters {
        state.withLock { state in
            var counters = state.counters
            counters.deadLetterPending = state.index.deadLetterPendingCount
            return counters
        }
    }
}
