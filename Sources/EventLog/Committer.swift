public import Storage

/// Writes and syncs the logs of a store, group after group: frames that arrive while a group is synced make the next one.
///
/// In production one thread calls ``runCycle(waiting:)`` in a loop (``start()``); a simulator calls it itself.
public final class Committer: Sendable {
    /// How long frames that ride along and unsynced writes wait when nothing else is written.
    static let lingerNanoseconds: UInt64 = 50_000_000

    /// How long after its last group a log vouches for its end, and how often it is looked whether that was it: a topic that gets an
    /// event each second shall not be synced twice for it.
    static let restNanoseconds: UInt64 = 1_000_000_000

    /// While several appends are under way, a group begins this long after the one before, so that it holds more of them: a third of
    /// the syncs, and the time of the processor that they take, for a tenth of a millisecond. PostgreSQL's `commit_delay`, and next
    /// its `commit_siblings`.
    static let spacingNanoseconds: UInt64 = 350_000
    /// Who publishes alone, or is one of a few, waits for nobody: as many frames as this are in two groups that follow each other.
    static let spacedFramesMin = 5
    /// A group of so many bytes does not wait for more.
    static let spacedBytesMax = 256 << 10

    /// Frames that wait for the committer take at most so many bytes, over all logs; then appends are refused.
    public static let queuedBytesMax = 256 << 20
    /// Settlements may take so many bytes more: what ends deliveries is accepted when publishes are refused.
    static let queuedSettlementBytesMax = 64 << 20

    /// A sync that takes longer is reported (R45).
    public static let slowSyncNanoseconds: UInt64 = 1_000_000_000

    private let clock: any TimeSource
    private let signal = Signal()
    private let queue = Guarded(CommitQueue())
    private let thread = RepeatingThread()
    private let hooks = Guarded<CommitterHooks?>(nil)

    /// A committer without a thread.
    public init(clock: any TimeSource) {
        self.clock = clock
    }

    /// Asks and tells a server from now on, in place of whoever was there before.
    public func observe(_ hooks: CommitterHooks) {
        self.hooks.withLock { $0 = hooks }
    }

    /// Starts the thread.
    public func start() throws(StorageError) {
        // Between two steps it waits for the disk; when it is not run at once afterwards, all who wait for an answer wait longer.
        try thread.start("commit", priority: .urgent) { [self] in runCycle(waiting: true) }
    }

    /// Finishes what is queued and ends the thread. Close the logs first.
    public func stop() {
        change(atOnce: true) { $0.isStopping = true }
        thread.join()
    }

    /// Forgets what is queued, unanswered, as a process that is killed does. For tests, without a thread.
    package func abandon() {
        _ = queue.withLock { $0.take(now: .max) }
    }

    // MARK: - From the logs

    /// - Returns: why the frame was not queued; `nil` when it was.
    func enqueue(_ frame: PendingFrame, for log: SegmentedLog) -> LogError? {
        var refusal: LogError?
        change { queue in
            guard !queue.isStopping else { return refusal = log.closed }
            guard queue.hasRoom(for: frame) else { return refusal = log.busy }
            queue.append(frame, to: log)
        }
        return refusal
    }

    /// Frames that nobody waits for are dropped when too much is queued: what they say is not promised.
    func enqueueLater(_ frame: PendingFrame, for log: SegmentedLog) {
        let now = clock.bootTime
        change { queue in
            guard queue.hasRoom(for: frame) else { return }
            queue.appendLater(frame, to: log, until: now + Self.lingerNanoseconds)
        }
    }

    /// Whether its thread waits for something to do.
    var isAsleep: Bool { queue.withLock { $0.isSleeping } }

    /// How many bytes of frames wait to be written.
    var queuedBytes: Int { queue.withLock { $0.bytes } }

    func enqueueRelease(_ ids: Set<UInt64>, of log: SegmentedLog) {
        change { $0.release(ids, of: log) }
    }

    /// Has the log vouch for its end after the rest time, if nothing is appended.
    func rest(_ log: SegmentedLog) {
        let now = clock.bootTime
        change { $0.rest(log, until: now + Self.restNanoseconds) }
    }

    /// Commits what the log has queued, syncs and closes it. Blocks until that is done; not for the committer's own thread.
    func close(_ log: SegmentedLog) {
        _ = waitForCycle { queue, done in
            queue.close(log, done)
            return true
        }
    }

    /// Runs a task for a log between two groups, on the committer's thread. Blocks until that is done; not for the committer's own
    /// thread.
    ///
    /// - Returns: false when the committer was stopped, and nobody would run it.
    func perform(for log: SegmentedLog, _ task: @escaping () -> Void) -> Bool {
        waitForCycle { queue, done in
            guard !queue.isStopping else { return false }
            queue.perform(for: log) {
                task()
                done()
            }
            return true
        }
    }

    /// Queues what calls `done` in a cycle, and waits for that; without a thread, runs the cycle.
    ///
    /// - Returns: what `enqueue` says: whether anything was queued.
    private func waitForCycle(_ enqueue: (inout CommitQueue, _ done: @escaping () -> Void) -> Bool) -> Bool {
        let hasThread = thread.isStarted
        let signal = Signal()
        let isDone = Guarded(false)
        var isQueued = false
        change(atOnce: true) { queue in
            isQueued = enqueue(&queue) {
                signal.withLock { isDone.withLock { $0 = true } }
                signal.wake()
            }
        }
        guard isQueued else { return false }
        if hasThread {
            _ = signal.wait(nanoseconds: nil) { isDone.withLock { $0 } }
        } else {
            _ = runCycle(waiting: false)
        }
        return true
    }

    /// - Parameter atOnce: whoever changes the queue has nothing else at hand.
    private func change(atOnce: Bool = false, _ body: (inout CommitQueue) -> Void) {
        let call = queue.withLock { queue in
            body(&queue)
            return queue.call(atOnce: atOnce || queue.bytes >= Self.gatheredBytesMax)
        }
        switch call {
        case .none: return
        case .gathering:
            if let hooks = hooks.withLock({ $0 }) { hooks.gather { self.call() } } else { self.call() }
        case .made: self.call()
        }
    }

    private func call() {
        signal.withLock {}
        signal.wake()
    }

    /// What is worth a group of its own, in bytes: for more the committer is called at once, for less when the thread that appends has
    /// appended what else it has at hand. Writing 32 KiB takes about as long as calling it.
    private static let gatheredBytesMax = 32 << 10

    // MARK: - The cycle

    /// Commits one group over all logs that have something to commit.
    ///
    /// - Parameter waiting: sleep until there is something, instead of returning at once.
    /// - Returns: false when the committer was stopped and nothing is left.
    public func runCycle(waiting: Bool) -> Bool {
        if waiting { sleep() }
        let now = clock.bootTime
        let (works, isStopping) = queue.withLock { ($0.take(now: now), $0.isStopping) }
        for work in works { work.log.writeGroup(work.frames) }
        // A log of level `written` answers here; its sync comes within the linger time.
        answer(works.filter { $0.level == .written })
        sync(works.filter { $0.level == .durable || $0.mustSync })
        answer(works)
        vouch(works.filter { $0.hasRested && $0.frames.isEmpty && $0.log.hasRested(now) })
        for work in works { finish(work, now) }
        let bytes = works.reduce(0) { $0 + $1.bytes }
        if bytes > 0 { queue.withLock { $0.bytes -= bytes } }
        return !(isStopping && works.isEmpty)
    }

    private func answer(_ works: [CommitQueue.Work]) {
        guard works.contains(where: { $0.log.hasAnswers }) else { return }
        let hooks = hooks.withLock { $0 }
        hooks?.answersWillBegin()
        for work in works { work.log.finishGroup() }
        hooks?.answersDidEnd()
    }

    private func sync(_ works: [CommitQueue.Work]) {
        begin(works)
        for work in works { work.log.syncGroup() }
    }

    private func vouch(_ works: [CommitQueue.Work]) {
        for work in works { work.log.writeWatermark() }
        begin(works)
        for work in works { work.log.syncWatermark() }
    }

    /// The disk writes the files at the same time, though they are waited for one after the other: a quarter less time for each.
    private func begin(_ works: [CommitQueue.Work]) {
        guard works.count > 1 else { return }
        for work in works { work.log.beginSync() }
    }

    private func finish(_ work: CommitQueue.Work, _ now: UInt64) {
        let log = work.log
        if !work.frames.isEmpty { log.writer.lastGroupTime = now }
        log.writer.givenUp.formUnion(work.givenUp)
        log.releaseGivenUp()
        for task in work.tasks { task() }
        if !work.closed.isEmpty {
            log.closeNow()
            for closed in work.closed { closed() }
        } else if log.owesSync {
            queue.withLock { $0.linger(log, until: now + Self.lingerNanoseconds) }
        } else if log.owesWatermark {
            queue.withLock { $0.rest(log, until: now + Self.restNanoseconds) }
        }
    }

    private func sleep() {
        sleepUntilAppended()
        let spacing = queue.withLock { $0.spacing(now: clock.bootTime) }
        // Nobody wakes it: what is appended meanwhile is what it waits for.
        if spacing > 0 { _ = signal.wait(nanoseconds: spacing) { false } }
    }

    private func sleepUntilAppended() {
        while true {
            let now = clock.bootTime
            let pause = queue.withLock { queue -> UInt64? in
                queue.hasNews = false
                let pause = queue.pause(now: now)
                queue.isSleeping = pause != 0
                return pause
            }
            if pause == 0 { return }
            _ = signal.wait(nanoseconds: pause) { queue.withLock { $0.hasNews } }
            queue.withLock { $0.didWake() }
        }
    }
}
