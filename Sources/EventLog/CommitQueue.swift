import DequeModule

/// Which logs have something for the committer. Guarded by the committer's lock. Each step is O(1) for a log.
struct CommitQueue {
    /// What one cycle does for one log.
    struct Work {
        let log: SegmentedLog
        let frames: [PendingFrame]
        /// What the frames take.
        let bytes: Int
        /// The level of the whole group, even if it is changed meanwhile.
        let level: CommitLevel
        /// The linger time has passed: sync whatever the level is.
        let mustSync: Bool
        /// The rest time has passed.
        let hasRested: Bool
        /// Sealed segments that are not needed any more.
        let givenUp: Set<UInt64>
        /// To be done between this group and the next.
        let tasks: [() -> Void]
        let closed: [() -> Void]
    }

    /// What frames that are queued or being written take.
    var bytes = 0
    private var dirty: [SegmentedLog] = []
    /// Everything lingers equally long.
    private var lingering = WaitingLogs()
    /// Every log rests equally long.
    private var resting = WaitingLogs()
    /// How many frames are queued for a group.
    private var frameCount = 0
    private var lastGroup = (began: UInt64(0), frameCount: 0)
    /// The committer sleeps.
    var isSleeping = false
    /// What was done to wake it.
    private var called = Call.none
    /// Something changed that the sleeping committer must look at.
    var hasNews = false
    var isStopping = false {
        didSet { hasNews = true }
    }

    /// Whether one more frame may wait. An empty queue takes any.
    func hasRoom(for frame: PendingFrame) -> Bool {
        let settlements = frame.kind == .events ? 0 : Committer.queuedSettlementBytesMax
        return bytes == 0 || bytes + frame.frameLength <= Committer.queuedBytesMax + settlements
    }

    mutating func append(_ frame: PendingFrame, to log: SegmentedLog) {
        take(frame, log)
        frameCount += 1
        log.intake.frames.append(frame)
        markDirty(log)
    }

    mutating func appendLater(_ frame: PendingFrame, to log: SegmentedLog, until deadline: UInt64) {
        take(frame, log)
        log.intake.later.append(frame)
        linger(log, until: deadline)
    }

    private mutating func take(_ frame: PendingFrame, _ log: SegmentedLog) {
        bytes += frame.frameLength
        log.intake.bytes += frame.frameLength
    }

    mutating func close(_ log: SegmentedLog, _ closed: @escaping () -> Void) {
        log.intake.closed.append(closed)
        markDirty(log)
    }

    mutating func perform(for log: SegmentedLog, _ task: @escaping () -> Void) {
        log.intake.tasks.append(task)
        markDirty(log)
    }

    mutating func release(_ ids: Set<UInt64>, of log: SegmentedLog) {
        log.intake.givenUp.formUnion(ids)
        markDirty(log)
    }

    mutating func markDirty(_ log: SegmentedLog) {
        guard !log.intake.isDirty else { return }
        log.intake.isDirty = true
        hasNews = true
        dirty.append(log)
    }

    /// Has the log looked at when a boot time has come, even if nothing is appended.
    mutating func linger(_ log: SegmentedLog, until deadline: UInt64) {
        guard !log.intake.isLingering else { return }
        log.intake.isLingering = true
        hasNews = true
        lingering.append(log, until: deadline)
    }

    /// Has the log vouch for its end when a boot time has come and nothing was appended.
    mutating func rest(_ log: SegmentedLog, until deadline: UInt64) {
        guard !log.intake.isResting else { return }
        log.intake.isResting = true
        hasNews = true
        resting.append(log, until: deadline)
    }

    /// How long the committer may sleep, in nanoseconds: 0 not at all, `nil` until something is appended.
    func pause(now: UInt64) -> UInt64? {
        guard dirty.isEmpty, !isStopping else { return 0 }
        let deadline = [lingering.deadline, resting.deadline].compactMap { $0 }.min()
        return deadline.map { $0 > now ? $0 - now : 0 }
    }

    /// How long the next group waits for more frames, in nanoseconds.
    func spacing(now: UInt64) -> UInt64 {
        let next = lastGroup.began &+ Committer.spacingNanoseconds
        guard next > now, lastGroup.frameCount + frameCount >= Committer.spacedFramesMin,
            bytes < Committer.spacedBytesMax, !isStopping
        else { return 0 }
        return next - now
    }

    /// What is done, or to be done, to wake the committer.
    enum Call {
        case none
        /// Whoever appended first will wake it when it has appended what else it has at hand.
        case gathering
        case made
    }

    /// What whoever changed the queue has to do.
    mutating func call(atOnce: Bool) -> Call {
        guard hasNews, isSleeping else { return .none }
        switch called {
        case .made: return .none
        case .gathering where !atOnce: return .none
        case .none, .gathering:
            called = atOnce ? .made : .gathering
            return called
        }
    }

    /// The committer sleeps no more.
    mutating func didWake() {
        isSleeping = false
        called = .none
    }

    /// Everything that is to be done now.
    mutating func take(now: UInt64) -> [Work] {
        while let log = lingering.popFirst(dueAt: isStopping ? .max : now) {
            log.intake.isLingering = false
            log.intake.isDue = true
            markDirty(log)
        }
        while let log = resting.popFirst(dueAt: now) {
            log.intake.isResting = false
            log.intake.hasRested = true
            markDirty(log)
        }
        if frameCount > 0 { lastGroup = (now, frameCount) }
        frameCount = 0
        let works = dirty.map { $0.intake.take(for: $0) }
        dirty.removeAll(keepingCapacity: true)
        return works
    }
}

/// Logs that are to be looked at later, in the order of their deadlines, because each waits equally long.
private struct WaitingLogs {
    private var logs = Deque<(log: SegmentedLog, until: UInt64)>()

    /// The boot time at which the first is due.
    var deadline: UInt64? { logs.first?.until }

    mutating func append(_ log: SegmentedLog, until deadline: UInt64) {
        logs.append((log, deadline))
    }

    mutating func popFirst(dueAt now: UInt64) -> SegmentedLog? {
        guard let first = logs.first, first.until <= now else { return nil }
        logs.removeFirst()
        return first.log
    }
}
