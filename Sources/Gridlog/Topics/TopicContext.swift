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
    /// Every event subscription of the topic.
    let subscriptions = Guarded<[UInt32: EventSubscription]>([:])
    private let fence = Guarded<GridlogError?>(nil)

    init(
        name: String, id: UInt64, log: SegmentedLog, environment: BrokerEnvironment, tokenCoder: LockTokenCoder,
        timers: DeadlineTimers, housekeeper: Housekeeper
    ) {
        self.name = name
        self.id = id
        self.log = log
        self.environment = environment
        self.tokenCoder = tokenCoder
        self.timers = timers
        self.housekeeper = housekeeper
    }

    var clock: any TimeSource { environment.clock }

    /// Differs between two topics of the same name: part of every lock token (R30).
    var incarnation: UInt32 { UInt32(truncatingIfNeeded: id) }

    // MARK: - Damage

    /// Why the topic answers nothing, if it does not.
    var damage: GridlogError? { fence.withLock { $0 } }

    /// Nothing of the topic is answered any more, until the broker is opened again.
    func fence(_ error: GridlogError) {
        fence.withLock { $0 = $0 ?? error }
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

    // MARK: - Trimming

    /// Gives up segments that every event subscription is done with. A topic without one keeps its events.
    func trim() {
        guard let point = log.firstTrimPoint else { return }
        let floors = subscriptions.withLock { $0.values.map(\.floor) }
        guard let floor = floors.min(), floor >= point else { return }
        log.trim(before: floor)
    }
}

/// Answers the log's questions for a topic.
final class TopicLogDelegate: LogDelegate {
    private let context: TopicContext

    init(_ context: TopicContext) {
        self.context = context
    }

    func checkpoint() -> [FrameBuffer] {
        context.subscriptions.withLock { Array($0.values) }.map { subscription in
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
        context.wakeAllReceivers()
    }
}
