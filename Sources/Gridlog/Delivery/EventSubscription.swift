import DeliveryIndex
import EventLog
import Storage

/// An event subscription: a filter and a delivery state of its own over a topic's events.
///
/// Receivers of one subscription compete for its events; each subscription gets every matching event at least once.
public final class EventSubscription: Sendable {
    /// Its name, unique in the topic.
    public let name: String
    /// Its id, never used twice in a topic.
    public let id: UInt32
    let context: TopicContext
    let state: Guarded<State>

    /// Everything under the subscription's lock, which is held for nanoseconds: no system call but when the index takes or
    /// frees a chunk, once for 4,096 events.
    struct State: ~Copyable {
        var settings: SubscriptionSettings
        var filter: EventFilter
        var index: SubscriptionIndex
        var waiters = WaiterQueue()
        /// The earliest deadline that the timers will call for, in boot time.
        var armed: UInt64?
        /// Nothing is answered any more: the subscription was deleted, or the broker closes.
        var isRetired = false
    }

    init(_ entry: Catalog.SubscriptionEntry, index: consuming sending SubscriptionIndex, context: TopicContext) {
        name = entry.name
        id = entry.id
        self.context = context
        state = Guarded(
            State(settings: entry.settings, filter: EventFilter(entry.filters), index: index))
    }

    /// How it behaves.
    public var settings: SubscriptionSettings { state.withLock { $0.settings } }

    /// The first sequence that is not settled yet.
    var floor: UInt64 { state.withLock { $0.index.floor } }

    /// Room for the lock tokens of a request.
    public func lockTokens() -> LockTokens {
        LockTokens(coder: context.tokenCoder)
    }

    func apply(_ settings: SubscriptionSettings, filters: [Catalog.FilterEntry]) {
        state.withLock { state in
            state.settings = settings
            state.filter = EventFilter(filters)
            state.index.settings = settings.indexSettings
        }
    }

    func appendCheckpoint(to block: ByteBlock) {
        let now = context.clock.bootTime
        let wallTime = context.clock.wallTime
        state.withLock { $0.index.appendCheckpoint(to: block, now: now, wallTime: wallTime) }
    }

    // MARK: - Recovery

    func restore(_ checkpoint: RawSpan) throws(RecoveryFailure) {
        try state.withLock { state throws(RecoveryFailure) in try state.index.restore(checkpoint) }
    }

    func replay(_ group: SettlementGroup, in payload: RawSpan) throws(RecoveryFailure) {
        try state.withLock { state throws(RecoveryFailure) in try state.index.replay(group, in: payload) }
    }

    /// Events whose segments were given up are settled: a filter may have passed them over, which leaves no record (R33).
    func finishRecovery() {
        let first = context.log.firstSequence
        state.withLock { state in
            state.index.finishRecovery()
            state.index.retire(below: first)
        }
    }

    // MARK: - The end

    /// The answer when it was deleted, or the broker closes.
    var retired: GridlogError {
        GridlogError(.notFound, "The event subscription '\(name)' is not there any more.")
    }

    /// Answers nothing from now on. Who waits is woken, and finds that out.
    func retire() {
        state.withLock { $0.isRetired = true }
        wakeAll()
    }
}

extension SubscriptionSettings {
    var indexSettings: IndexSettings {
        IndexSettings(
            lockDurationMilliseconds: UInt64(receiveLockDurationInSeconds) * 1_000, maxDeliveryCount: maxDeliveryCount)
    }
}
