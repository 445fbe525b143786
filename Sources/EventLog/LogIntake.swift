/// What waits for the committer from one log. Guarded by the lock of the committer's queue, which makes it `Sendable`.
final class LogIntake: @unchecked Sendable {
    var frames: [PendingFrame] = []
    /// Frames that ride along with others.
    var later: [PendingFrame] = []
    /// It stands in the queue's list of logs that have work.
    var isDirty = false
    /// It stands in the queue's list of logs that must be looked at later.
    var isLingering = false
    /// The linger time has passed.
    var isDue = false
    /// Stays: what cannot be trimmed now may be later.
    var trimTarget: UInt64 = 0
    /// Called after the log was closed.
    var closed: [() -> Void] = []

    /// Everything that is to be done for the log now.
    func take(for log: SegmentedLog) -> CommitQueue.Work {
        if !later.isEmpty { frames += later }
        let work = CommitQueue.Work(
            log: log, frames: frames, level: log.level, mustSync: isDue, trimTarget: trimTarget, closed: closed)
        frames = []
        later = []
        closed = []
        isDirty = false
        isDue = false
        return work
    }
}
