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
    /// Keeps the broker, and with it the lock of the directory, alive for as long as somebody uses the topic. Given up when the
    /// broker closes.
    private let broker: Guarded<Broker?>
    private let fence = Guarded<GridlogError?>(nil)

    /// Every event subscription of the topic, and the sequences at which new ones are about to begin.
    private struct Registry {
        var subscriptions: [UInt32: EventSubscription] = [:]
        var beginnings: [UInt64] = []
    }

    init(name: String, id: UInt64, log: SegmentedLog, tokenCoder: LockTokenCoder, broker: Broker) {
        self.name = name
        self.id = id
        self.log = log
        environment = broker.environment
        self.tokenCoder = tokenCoder
        timers = broker.timers
        housekeeper = broker.housekeeper
        self.broker = Guarded(broker)
    }

    var clock: any TimeSource { environment.clock }

    /// The topic is closed.
    func letGoOfBroker() {
        broker.withLock { $0 = nil }
    }

    /// Differs between two topics of the same name: part of every lock token (R30).
    var incarnation: UInt32 { UInt32(truncatingIfNeeded: id) }

    // MARK: - Damage

    /// Why the topic answers nothing, if it does not.
    var damage: GridlogError? { fence.withLock { $0 } }

    /// Nothing of the topic is answered any more, until the broker is opened again.
    func fence(_ error: GridlogError) {
        fence.withLock { $0 = $0 ?? error }
        wakeAllReceivers()
    }

    func checkDamage() throws(GridlogError) {
        if let damage { throw damage }
    }

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

    func remove(_ subscription: EventSubscription) {
        registry.withLock { _ = $0.subscriptions.removeValue(forKey: subscription.id) }
    }

    /// Runs the making of a subscription that begins at the tail; no segment from there on is given up meanwhile.
    func beginning<Result>(_ body: (_ start: UInt64) throws(GridlogError) -> Result) throws(GridlogError) -> Result {
        let start = registry.withLock { registry in
            let start = log.tail
            registry.beginnings.append(start)
            return start
        }
        defer {
            registry.withLock { registry in
                if let position = registry.beginnings.firstIndex(of: start) { registry.beginnings.remove(at: position) }
            }
        }
        return try body(start)
    }

    /// Gives up segments that every event subscription is done with. A topic without one keeps its events.
    func trim() {
        guard let point = log.firstTrimPoint else { return }
        let (subscriptions, beginnings) = registry.withLock { ($0.subscriptions, $0.beginnings) }
        guard let floor = subscriptions.values.map(\.floor).min() else { return }
        let target = min(floor, beginnings.min() ?? floor)
        if target >= point { log.trim(before: target) }
    }
}

/// Answers the log's questions for a topic.
final class TopicLogDelegate: LogDelegate {
    private let context: TopicContext

    init(_ context: TopicContext) {
        self.context = context
    }

    func checkpoint() -> [FrameBuffer] {
        context.subscriptions.values.map { subscription in
            let frame = FrameBuffer(capacity: 256)
            frame.withBlock { subscription.appendCheckpoint(to: $0) }
            return frame
        }
    }

    func logDidGrow(tail: UInt64) {
        if context.log.wantsNextSegment { context.housekeeper.prepareSegment(of: context.log) }
        context.wakeReceivers()
    }

    func logDidFail(_ error: LogError) {
        context.fence(GridlogError(error))
    }
}
