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
    /// Where it was made to begin.
    public let startPosition: StartPosition
    /// Its events are pushed, and cannot be received. Never changes (contract, decision 16).
    public let isPush: Bool
    let context: TopicContext
    let state: Guarded<State>
    let pumps = Guarded<PushPump?>(nil)
    /// What the endpoint of a push subscription said last of events that it did not accept.
    let outcomes = Guarded<[UInt64: String]>([:])
    /// Held while dead-lettered events are put back: one call at a time.
    let redriving = Guarded(())

    /// Everything under the subscription's lock, which is held for nanoseconds an event: no system call but when the index takes or
    /// frees a chunk, once for 4,096 events. A filter is asked under it, about a bounded number of bytes.
    struct State: ~Copyable {
        var settings: SubscriptionSettings
        var filter: EventFilter
        var index: SubscriptionIndex
        var waiters = WaiterQueue()
        /// The earliest deadline that the timers will call for, in boot time.
        var armed: UInt64?
        var deadLetters = DeadLetterProgress()
        var counters = SubscriptionCounters()
        /// Why nothing is pushed until it is updated.
        var pauseReason: String?
        /// Nothing is answered any more: the subscription was deleted, or the broker closes.
        var isRetired = false
    }

    init(_ entry: Catalog.SubscriptionEntry, index: consuming sending SubscriptionIndex, context: TopicContext) {
        name = entry.name
        id = entry.id
        startPosition = entry.startAt
        isPush = entry.settings.push != nil
        self.context = context
        state = Guarded(
            State(
                settings: entry.settings,
                filter: EventFilter(
                    entry.filters, for: entry.id, addressedBelow: context.addressedBelow.withLock { $0 }),
                index: index, pauseReason: entry.pauseReason))
    }

    /// How it behaves.
    public var settings: SubscriptionSettings { state.withLock { $0.settings } }

    /// The first of some sequences that is not settled; `nil` when all are.
    func firstUnsettled(in sequences: Range<UInt64>) -> UInt64? {
        state.withLock { $0.index.firstUnsettled(in: sequences) }
    }

    /// Room for the lock tokens of a request.
    public func lockTokens() -> LockTokens {
        LockTokens(coder: context.tokenCoder)
    }

    func apply(_ settings: SubscriptionSettings, filters: [Catalog.FilterEntry]) {
        state.withLock { state in
            state.settings = settings
            let below = context.addressedBelow.withLock { $0 }
            state.filter = EventFilter(filters, for: id, addressedBelow: below)
            state.index.settings = settings.indexSettings
            state.pauseReason = nil
        }
    }

    /// There may be frames that are not for everybody below a sequence.
    func applyAddressing(below sequence: UInt64) {
        state.withLock { $0.filter.addressedBelow = sequence }
    }

    /// The payloads of its checkpoint frames.
    func checkpoint() -> [FrameBuffer] {
        let now = context.clock.bootTime
        let wallTime = context.clock.wallTime
        return state.withLock { state in
            var parts: [FrameBuffer] = []
            state.index.writeCheckpoint(now: now, wallTime: wallTime) {
                parts.append(FrameBuffer(capacity: 256))
                return parts[parts.count - 1].withBlock { $0 }
            }
            return parts
        }
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

    // MARK: - Housekeeping

    /// Settles every event below a sequence as expired: the topic's retention is over (R33).
    func expire(below sequence: UInt64) {
        state.withLock { $0.index.retire(below: sequence) }
    }

    /// Makes the chunk of the index that will be needed next. Blocking.
    func prepareChunk() throws(GridlogError) {
        guard let spare = state.withLock({ $0.isRetired ? nil : $0.index.wantedSpare() }) else { return }
        let region = try GridlogError.converting { () throws(StorageError) in try spare.make() }
        state.withLock { $0.index.adopt(spare, region) }
    }

    // MARK: - The end

    /// The answer when it was deleted, or the broker closes.
    var retired: GridlogError {
        GridlogError(.notFound, "The event subscription '\(name)' is not there any more.")
    }

    /// Answers nothing from now on. Who waits is woken, and finds that out.
    func retire() {
        stopPushing()
        state.withLock { $0.isRetired = true }
        wakeAll()
    }
}

extension SubscriptionSettings {
    var indexSettings: IndexSettings {
        let lockSeconds = push == nil ? receiveLockDurationInSeconds : PushPump.lockSeconds
        return IndexSettings(
            lockDurationMilliseconds: UInt64(lockSeconds) * 1_000, maxDeliveryCount: maxDeliveryCount,
            hasDeadLetterDestination: deadLetter != nil,
            longestDelayMilliseconds: push == nil
                ? UInt64(ReleaseDelay.oneHour.rawValue) * 1_000 : IndexSettings.delayMillisecondsMax)
    }
}
