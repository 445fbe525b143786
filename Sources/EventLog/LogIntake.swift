/// What waits for the committer from one log. Guarded by the lock of the committer's queue, which makes it `Sendable`.
final class LogIntake: @unchecked Sendable {
    var frames: [PendingFrame] = []
    /// Frames that ride along with others.
    var later: [PendingFrame] = []
    /// What all of these take.
    var bytes = 0
    /// It stands in the queue's list of logs that have work.
    var isDirty = false
    /// It stands in the queue's list of logs that must be looked at later.
    var isLingering = false
    /// The linger time has passed.
    var isDue = false
    /// It stands in the queue's list of logs that will vouch for their end.
    var isResting = false
    /// The rest time has passed.
    var hasRested = false
    /// Segments that are not needed any more.
    var givenUp: Set<UInt64> = []
    /// Called between two groups.
    var tasks: [() -> Void] = []
    /// Called after the log was closed.
    var closed: [() -> Void] = []

    /// Everything that is to be done for the log now.
    func take(for log: SegmentedLog) -> CommitQueue.Work {
        if !later.isEmpty { frames += later }
        let work = CommitQueue.Work(
            log: log, frames: frames, bytes: bytes, level: log.level, mustSync: isDue, hasRested: hasRested,
            givenUp: givenUp, tasks: tasks, closed: closed)
        frames = []
        later = []
        bytes = 0
        givenUp = []
        tasks = []
        closed = []
        isDirty = false
        isDue = false
        hasRested = false
        return work
    }
}
