import EventLog
import Storage

/// Does in the background what nobody waits for: makes the next segments and chunks ready, ends the retention of old events,
/// compresses cold segments and reads sealed ones to find damage early.
///
/// One thread of low priority for the whole broker. Beside the jobs it is given it wakes once a second while there are topics.
final class Housekeeper: Sendable {
    /// How often every topic is looked at, in nanoseconds of boot time.
    static let roundNanoseconds: UInt64 = 1_000_000_000
    /// Giving space back pauses this many times as long as a part took, while not more than ``lateBytes`` wait for it: no sync ends
    /// meanwhile on a disk that is told what is free (`discard`), and so a twentieth of all syncs wait for it at most.
    private static let freeingPauseFactor = 19
    /// When more waits to be given back, the pauses get shorter in proportion, in bytes.
    private static let lateBytes = 1 << 30
    /// The shortest pause, in nanoseconds.
    private static let freeingPauseMin: UInt64 = 2_000_000
    /// Background work pauses this many times as long as it took: it gets a fifth of a core at most.
    private static let pauseFactor: UInt64 = 4

    private enum Job {
        case segment(SegmentedLog)
        case chunk(EventSubscription)
        case deadLetters(EventSubscription)
        case pause(EventSubscription)

        func isSame(as other: Job) -> Bool {
            switch (self, other) {
            case (.segment(let log), .segment(let other)): log === other
            case (.chunk(let subscription), .chunk(let other)): subscription === other
            case (.deadLetters(let subscription), .deadLetters(let other)): subscription === other
            case (.pause(let subscription), .pause(let other)): subscription === other
            default: false
            }
        }

        /// What fails here, on a full disk for one, is tried again when it is needed, and reported then.
        func run() {
            switch self {
            case .segment(let log): try? log.prepareNextSegment()
            case .chunk(let subscription): try? subscription.prepareChunk()
            case .deadLetters(let subscription): subscription.copyDeadLetters()
            case .pause(let subscription): subscription.savePause()
            }
        }
    }

    private struct State {
        var jobs: [Job] = []
        var topics: [TopicHousekeeping] = []
        var isStopping = false
        /// Something changed that the sleeper must look at.
        var hasNews = false
        var nextRound: UInt64
        /// `nil` when there is no space to give back.
        var nextFreeing: UInt64?
        /// Counts the parts that were given back.
        var freeingTurn = 0

        /// When there is something to do at the latest; `nil` without topics.
        var nextTime: UInt64? { topics.isEmpty ? nil : min(nextRound, nextFreeing ?? .max) }
    }

    private let clock: any TimeSource
    private let packs: Bool
    private let signal = Signal()
    private let state: Guarded<State>
    private let thread = RepeatingThread()
    /// What is done after each round, and may take the broker's lock for changes: nothing of a topic is held then.
    private let afterRound = Guarded<(@Sendable () -> Void)?>(nil)

    init(clock: any TimeSource, packs: Bool) {
        self.clock = clock
        self.packs = packs
        state = Guarded(State(nextRound: clock.bootTime + Self.roundNanoseconds))
    }

    func start() throws(StorageError) {
        try thread.start("housekeeping", priority: .background) { [self] in runOnce(waiting: true) }
    }

    func stop() {
        change { $0.isStopping = true }
        thread.join()
    }

    /// Does this after every round from now on.
    func afterRound(_ body: @escaping @Sendable () -> Void) {
        afterRound.withLock { $0 = body }
    }

    /// The topic is looked at in every round from now on.
    func lookAfter(_ context: TopicContext) {
        change { $0.topics.append(TopicHousekeeping(context)) }
    }

    /// The topic is closed. Returns when nothing is done with it any more.
    func forget(_ context: TopicContext) {
        let housekeeping = state.withLock { state -> TopicHousekeeping? in
            guard let position = state.topics.firstIndex(where: { $0.context === context }) else { return nil }
            return state.topics.remove(at: position)
        }
        housekeeping?.end()
    }

    /// The log will soon need another segment.
    func prepareSegment(of log: SegmentedLog) {
        add(.segment(log))
    }

    /// The subscription will soon need another chunk of its index.
    func prepareChunk(of subscription: EventSubscription) {
        add(.chunk(subscription))
    }

    /// Events of the subscription wait for their copies at its dead-letter destination.
    func copyDeadLetters(of subscription: EventSubscription) {
        add(.deadLetters(subscription))
    }

    /// The subscription pauses its deliveries; the catalog does not say so yet.
    func savePause(of subscription: EventSubscription) {
        add(.pause(subscription))
    }

    private func add(_ job: Job) {
        change { state in
            if !state.jobs.contains(where: { $0.isSame(as: job) }) { state.jobs.append(job) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        signal.withLock {
            state.withLock { state in
                body(&state)
                state.hasNews = true
            }
        }
        signal.wake()
    }

    /// Does what is to be done now.
    ///
    /// - Parameter waiting: sleep until there is something, instead of returning at once.
    /// - Returns: false when stopped.
    func runOnce(waiting: Bool) -> Bool {
        if waiting { sleep() }
        let now = clock.bootTime
        guard runJobs() else { return false }
        let isRound = state.withLock { $0.nextRound <= now }
        for topic in isRound ? state.withLock({ $0.topics }) : [] {
            topic.run(packs: packs)
            guard runJobs() else { return false }
        }
        if isRound, let afterRound = afterRound.withLock({ $0 }) { afterRound() }
        freeSpace(now)
        let end = clock.bootTime
        state.withLock { state in
            guard state.nextRound <= now else { return }
            state.nextRound = end + max(Self.roundNanoseconds, Self.pauseFactor * (end - now))
        }
        return true
    }

    private func freeSpace(_ now: UInt64) {
        let (topics, turn) = state.withLock { state -> ([TopicHousekeeping], Int) in
            guard state.nextFreeing ?? state.nextRound <= now else { return ([], 0) }
            state.freeingTurn += 1
            return (state.topics, state.freeingTurn)
        }
        var waiting = topics.compactMap { topic in topic.releasedBytes.map { (topic: topic, bytes: $0) } }
        guard !waiting.isEmpty else { return state.withLock { $0.nextFreeing = nil } }
        let began = clock.bootTime
        // A part of one topic at a time, in turns.
        let position = turn % waiting.count
        let topic = waiting[position].topic
        topic.freeSpace()
        if let bytes = topic.releasedBytes { waiting[position].bytes = bytes } else { waiting.remove(at: position) }
        let end = clock.bootTime
        let left = waiting.reduce(0) { $0 + $1.bytes }
        let next = waiting.isEmpty ? nil : end + Self.freeingPause(after: end - began, left: left)
        state.withLock { $0.nextFreeing = next }
    }

    static func freeingPause(after nanoseconds: UInt64, left bytes: Int) -> UInt64 {
        let share = min(1, Double(lateBytes) / Double(max(bytes, 1)))
        return max(freeingPauseMin, UInt64(Double(nanoseconds) * Double(freeingPauseFactor) * share))
    }

    /// - Returns: false when stopped.
    private func runJobs() -> Bool {
        let (jobs, isStopping) = state.withLock { state in
            defer { state.jobs.removeAll() }
            return (state.jobs, state.isStopping)
        }
        guard !isStopping else { return false }
        for job in jobs { job.run() }
        return true
    }

    private func sleep() {
        let now = clock.bootTime
        let pause = state.withLock { $0.nextTime }.map { $0 > now ? $0 - now : 0 }
        _ = signal.wait(nanoseconds: pause) { state.withLock { $0.hasNews } }
        state.withLock { $0.hasNews = false }
    }
}
