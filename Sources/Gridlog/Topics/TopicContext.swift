import DeliveryIndex
import EventLog
import Storage

/// What a topic shares with its event subscriptions.
final class TopicContext: Sendable {
    let name: String
    let id: UInt64
    let log: SegmentedLog
    let environment: BrokerEnvironment
    let tokenCoder: LockTokenCoder
    let timers: DeadlineTimers
    let housekeeper: Housekeeper
    /// Event subscriptions that somebody waits on; a commit wakes one receiver of each.
    private let awaited = Guarded<[UInt32: EventSubscription]>([:])
    private let registry = Guarded(Registry())
    /// Which segments are still needed. Its lock may be held while that of a subscription is taken, never the other way round.
    let review: Guarded<SegmentReview>
    let retirement: Guarded<Retirement>
    /// Keeps the broker, and with it the lock of the directory, alive for as long as somebody uses the topic. Given up when the
    /// broker closes.
    private let broker: Guarded<Broker?>
    let fence = Guarded<GridlogError?>(nil)
    /// From here on every frame is for everybody.
    let addressedBelow: Guarded<UInt64>
    /// Held while frames are appended that are not for everybody.
    let addressing = Guarded(())
    let warningState = Guarded(TopicWarnings())
    let onNotice: @Sendable (BrokerNotice) -> Void

    /// Every event subscription of the topic, and the sequences at which new ones are about to begin.
    private struct Registry {
        var subscriptions: [UInt32: EventSubscription] = [:]
        var beginnings: [UInt64] = []
    }

    init(
        _ entry: Catalog.TopicEntry, log: SegmentedLog, tokenCoder: LockTokenCoder, broker: Broker
    ) {
        name = entry.name
        id = entry.id
        self.log = log
        addressedBelow = Guarded(min(entry.addressedBelow ?? 0, log.tail))
        environment = broker.environment
        self.tokenCoder = tokenCoder
        timers = broker.timers
        housekeeper = broker.housekeeper
        onNotice = broker.options.onNotice
        self.broker = Guarded(broker)
        review = Guarded(SegmentReview(log.sealedSegments))
        retirement = Guarded(Retirement(retention: UInt64(entry.settings.retentionInSeconds) * 1_000_000_000))
    }

    var clock: any TimeSource { environment.clock }

    /// `nil` when the topic is closed.
    var owner: Broker? { broker.withLock { $0 } }

    /// The topic is closed: nothing is kept alive by it any more, its files neither.
    func letGo() {
        broker.withLock { $0 = nil }
        awaited.withLock { $0 = [:] }
        registry.withLock { $0.subscriptions = [:] }
    }

    /// Differs between two topics of the same name: part of every lock token (R30).
    var incarnation: UInt32 { Self.incarnation(of: id) }

    static func incarnation(of id: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: id) }

    // MARK: - Waiting

    func await(_ subscription: EventSubscription) {
        awaited.withLock { $0[subscription.id] = subscription }
    }

    func stopAwaiting(_ subscription: EventSubscription) {
        awaited.withLock { _ = $0.removeValue(forKey: subscription.id) }
    }

    func wakeReceivers() {
        let subscriptions = awaited.withLock { Array($0.values) }
        for subscription in subscriptions { subscription.wakeOne() }
    }

    /// Everybody who waits finds out what happened.
    func wakeAllReceivers() {
        let subscriptions = awaited.withLock { Array($0.values) }
        for subscription in subscriptions { subscription.wakeAll() }
    }

    // MARK: - Subscriptions

    var subscriptions: [UInt32: EventSubscription] { registry.withLock { $0.subscriptions } }

    func add(_ subscription: EventSubscription) {
        registry.withLock { $0.subscriptions[subscription.id] = subscription }
    }

    func remove(_ subscription: UInt32) {
        registry.withLock { _ = $0.subscriptions.removeValue(forKey: subscription) }
    }

    /// Every event subscription learns up to where there may be frames that are not for it.
    func apply(addressedBelow sequence: UInt64) {
        addressedBelow.withLock { $0 = sequence }
        for subscription in subscriptions.values { subscription.applyAddressing(below: sequence) }
    }

    /// All event subscriptions, and the sequence from which on one that is being made needs the events.
    var registered: (subscriptions: [UInt32: EventSubscription], pin: UInt64?) {
        registry.withLock { ($0.subscriptions, $0.beginnings.min()) }
    }

    /// Runs the making of a subscription; no segment from its start on is given up meanwhile.
    func beginning<Result>(
        at position: StartPosition, _ body: (_ start: UInt64) throws(GridlogError) -> Result
    ) throws(GridlogError) -> Result {
        let wanted = try wantedStart(position)
        // No review is half done now: what it gave up is passed, and the next one sees the pin.
        let start = review.withLock { _ in
            registry.withLock { registry in
                let start = min(max(wanted ?? log.tail, earliest), log.tail)
                registry.beginnings.append(start)
                return start
            }
        }
        defer {
            registry.withLock { registry in
                if let position = registry.beginnings.firstIndex(of: start) { registry.beginnings.remove(at: position) }
            }
            reviewSegments()
        }
        return try body(start)
    }

    /// `nil`: the tail, whatever it is when the subscription is made known.
    private func wantedStart(_ position: StartPosition) throws(GridlogError) -> UInt64? {
        switch position {
        case .now: return nil
        case .earliest: return 0
        case .sequence(let sequence):
            let tail = log.tail
            guard sequence <= tail else {
                throw GridlogError(
                    .invalidArgument,
                    "startAt is sequence \(sequence), but the next event of topic '\(name)' will be \(tail); name one up to that."
                )
            }
            return sequence
        case .time(let time):
            guard time <= clock.wallTime else {
                throw GridlogError(
                    .invalidArgument, "startAt lies in the future; leave it out to begin with what is published next.")
            }
            return try GridlogError.converting { () throws(LogError) in try log.sequence(appendedAtOrAfter: time) }
        }
    }
}

/// Answers the log's questions for a topic.
final class TopicLogDelegate: LogDelegate {
    private let context: TopicContext

    init(_ context: TopicContext) {
        self.context = context
    }

    func checkpoint() -> [FrameBuffer] {
        // In the order of their ids, so that the same history writes the same bytes.
        context.subscriptions.values.sorted { $0.id < $1.id }.flatMap { $0.checkpoint() }
    }

    func logDidGrow(tail: UInt64) {
        if context.log.wantsNextSegment { context.housekeeper.prepareSegment(of: context.log) }
        context.wakeReceivers()
    }

    func logDidSeal(_ segment: SegmentSummary) {
        context.didSeal(segment)
    }

    func logDidSyncSlowly(nanoseconds: UInt64, bytes: Int) {
        context.noteSlowSync(nanoseconds: nanoseconds, bytes: bytes)
    }

    func logDidFail(_ error: LogError) {
        context.fence(GridlogError(error))
    }
}
