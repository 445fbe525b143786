public import Storage

/// Writes and syncs the logs of a store, group after group: frames that arrive while a group is synced make the next one.
///
/// In production one thread calls ``runCycle(waiting:)`` in a loop (``start()``); a simulator calls it itself.
public final class Committer: Sendable {
    /// How long frames that ride along, unsynced writes and watermarks wait when nothing else is written.
    static let lingerNanoseconds: UInt64 = 50_000_000

    private let clock: any TimeSource
    private let signal = Signal()
    private let queue = Guarded(CommitQueue())
    private let thread = Guarded<WorkerThread?>(nil)

    /// A committer without a thread.
    public init(clock: any TimeSource) {
        self.clock = clock
    }

    /// Starts the thread.
    public func start() throws(StorageError) {
        let thread = try WorkerThread("commit") { [self] in
            while runCycle(waiting: true) {}
        }
        self.thread.withLock { $0 = thread }
    }

    /// Finishes what is queued and ends the thread. Close the logs first.
    public func stop() {
        change { $0.isStopping = true }
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }

    // MARK: - From the logs

    /// - Returns: false when the committer was stopped, and nobody would write the frame.
    func enqueue(_ frame: PendingFrame, for log: SegmentedLog) -> Bool {
        var isAccepted = false
        change { queue in
            guard !queue.isStopping else { return }
            isAccepted = true
            queue.append(frame, to: log)
        }
        return isAccepted
    }

    func enqueueLater(_ frame: PendingFrame, for log: SegmentedLog) {
        let now = clock.bootTime
        change { $0.appendLater(frame, to: log, until: now + Self.lingerNanoseconds) }
    }

    func enqueueTrim(for log: SegmentedLog, before sequence: UInt64) {
        change { $0.trim(log, before: sequence) }
    }

    /// Looks at the log after the linger time, even if nothing is appended.
    func linger(_ log: SegmentedLog) {
        let now = clock.bootTime
        change { $0.linger(log, until: now + Self.lingerNanoseconds) }
    }

    /// Commits what the log has queued, syncs and closes it. Blocks until that is done; not for the committer's own thread.
    func close(_ log: SegmentedLog) {
        let hasThread = thread.withLock { $0 != nil }
        let done = Signal()
        let isClosed = Guarded(false)
        change { queue in
            queue.close(log) {
                done.withLock { isClosed.withLock { $0 = true } }
                done.wake()
            }
        }
        if hasThread {
            _ = done.wait(nanoseconds: nil) { isClosed.withLock { $0 } }
        } else {
            _ = runCycle(waiting: false)
        }
    }

    private func change(_ body: (inout CommitQueue) -> Void) {
        let mustWake = queue.withLock { queue in
            body(&queue)
            return queue.hasNews && queue.isSleeping
        }
        if mustWake {
            signal.withLock {}
            signal.wake()
        }
    }

    // MARK: - The cycle

    /// Commits one group over all logs that have something to commit.
    ///
    /// - Parameter waiting: sleep until there is something, instead of returning at once.
    /// - Returns: false when the committer was stopped and nothing is left.
    public func runCycle(waiting: Bool) -> Bool {
        if waiting { sleep() }
        let now = clock.bootTime
        let (works, isStopping) = queue.withLock { ($0.take(now: now), $0.isStopping) }
        for work in works {
            work.log.writeGroup(work.frames)
            // A log of level `written` answers here; its sync comes within the linger time.
            if work.level == .written { work.log.finishGroup() }
        }
        for work in works where work.level == .durable || work.mustSync { work.log.syncGroup() }
        for work in works { finish(work, now) }
        return !(isStopping && works.isEmpty)
    }

    private func finish(_ work: CommitQueue.Work, _ now: UInt64) {
        let log = work.log
        log.finishGroup()
        if !work.frames.isEmpty {
            log.writer.lastGroupTime = now
        } else if work.mustSync, now - log.writer.lastGroupTime >= Self.lingerNanoseconds {
            log.writeWatermark()
        }
        log.trim(below: work.trimTarget)
        if !work.closed.isEmpty {
            log.closeNow()
            for closed in work.closed { closed() }
        } else if log.mustBeLookedAtAgain {
            queue.withLock { $0.linger(log, until: now + Self.lingerNanoseconds) }
        }
    }

    private func sleep() {
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
            queue.withLock { $0.isSleeping = false }
        }
    }
}
