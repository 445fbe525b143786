/// Who is told what became of an appended frame.
///
/// Called once, on the committer's thread, after the frame is as durable as the log promises. It must return quickly: the
/// whole group waits for it.
public protocol AppendTicket: AnyObject, Sendable {
    /// The frame is in the log; its events, if any, have the sequences from `firstSequence` on.
    func appendDidCommit(firstSequence: UInt64)

    /// The frame is not, and will not be, answered.
    func appendDidFail(_ error: LogError)
}

/// What a server tells a committer of its threads, so that both do for many requests at once what they would do for each.
public struct CommitterHooks: Sendable {
    let answersWillBegin: @Sendable () -> Void
    let answersDidEnd: @Sendable () -> Void
    let gather: @Sendable (_ call: @escaping @Sendable () -> Void) -> Void

    /// - Parameters:
    ///   - answersWillBegin: tickets are going to be called, until `answersDidEnd`, which follows within the time that calling them
    ///     takes. On the committer's thread.
    ///   - answersDidEnd: that was the last one for now. On the committer's thread.
    ///   - gather: something was appended while the committer slept: `call` wakes it, and must be called, at once or when this thread
    ///     has appended what else it has at hand. On the thread that appended.
    public init(
        answersWillBegin: @escaping @Sendable () -> Void, answersDidEnd: @escaping @Sendable () -> Void,
        gather: @escaping @Sendable (_ call: @escaping @Sendable () -> Void) -> Void
    ) {
        self.answersWillBegin = answersWillBegin
        self.answersDidEnd = answersDidEnd
        self.gather = gather
    }
}

/// What a log asks of its owner. Called on the committer's thread.
public protocol LogDelegate: AnyObject, Sendable {
    /// The state of all subscriptions, as the payloads of checkpoint frames: it replaces everything that settlement frames
    /// up to here have said.
    func checkpoint() -> [FrameBuffer]

    /// Events became visible to readers: all sequences below `tail`.
    func logDidGrow(tail: UInt64)

    /// A segment was ended and another one begun: it may be given up from now on, with ``SegmentedLog/release(_:)``. One without
    /// events the log gives up by itself.
    func logDidSeal(_ segment: SegmentSummary)

    /// A sync took more than ``Committer/slowSyncNanoseconds``: the disk is slow, or overloaded. `bytes` is what was to be synced.
    func logDidSyncSlowly(nanoseconds: UInt64, bytes: Int)

    /// The log will answer nothing more until it is opened again.
    func logDidFail(_ error: LogError)
}

/// When an append is answered.
public enum CommitLevel: Sendable {
    /// After `fdatasync`: survives a power cut.
    case durable
    /// After the write, synced within 50 ms: survives the process, not the power.
    case written
}
