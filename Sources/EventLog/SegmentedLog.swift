import DequeModule
import Storage
import Synchronization

/// A durable log of opaque payloads: append, read, replay, release.
///
/// Appending and reading may be done from any thread. Everything that writes to the disk happens on the thread of the
/// ``Committer`` that the log was opened with.
public final class SegmentedLog: Sendable {
    /// Where the log lies, and the world around it.
    public let configuration: LogConfiguration

    let committer: Committer
    let intake = LogIntake()
    /// Written to by the committer's thread only.
    let writer: LogWriter
    /// What threads of low priority do with sealed segments.
    let upkeep = Upkeep()
    let reading: Guarded<ReadableSegments>
    let failure: Guarded<LogError?>
    let delegateReference: Guarded<WeakDelegate>
    /// Where the newest segment ended when it was opened.
    let recoveredEnd: Int
    /// Files of segments that were given up, in that order.
    let released = Guarded(Deque<ReleasedFile>())
    private let visibleTail: Atomic<UInt64>
    private let commitsWhenWritten = Atomic(false)
    /// Whether there is any gap: nearly every log answers from here.
    let hasGaps: Atomic<Bool>
    let visibleFirst: Atomic<UInt64>

    struct WeakDelegate {
        weak var delegate: (any LogDelegate)?
    }

    init(configuration: LogConfiguration, committer: Committer, recovered: RecoveredLog) {
        self.configuration = configuration
        self.committer = committer
        writer = LogWriter(configuration: configuration, recovered: recovered)
        let readable = ReadableSegments(recovered)
        hasGaps = Atomic(!readable.gaps.isEmpty)
        visibleFirst = Atomic(readable.firstSequence)
        reading = Guarded(readable)
        failure = Guarded(nil)
        delegateReference = Guarded(WeakDelegate())
        recoveredEnd = recovered.active.writeOffset
        findings = recovered.findings
        visibleTail = Atomic(recovered.nextSequence)
    }

    /// Opens the log of a directory, or makes it when the directory is empty or missing.
    ///
    /// Returns after everything that was found is durable. Cost: the newest segment is read once.
    ///
    /// - Throws: ``LogError``; with code `damaged` or `incompatible` nothing was changed.
    public static func open(_ configuration: LogConfiguration, committer: Committer) throws(LogError) -> SegmentedLog {
        let log = SegmentedLog(
            configuration: configuration, committer: committer, recovered: try Recovery(configuration).run())
        log.writer.openReserve()
        // What recovery synced is vouched for soon, also when nothing is appended.
        if log.writer.owesWatermark { committer.rest(log) }
        return log
    }

    /// What was wrong with the end of the log when it was opened, though not enough to refuse it.
    public let findings: OpeningFindings

    /// Who is asked for checkpoints and told of growth. Set it before the first append.
    public var delegate: (any LogDelegate)? {
        get { delegateReference.withLock { $0.delegate } }
        set { delegateReference.withLock { $0.delegate = newValue } }
    }

    /// One past the last event that readers may see.
    public var tail: UInt64 { visibleTail.load(ordering: .acquiring) }

    /// The first sequence that is still in the log, or ``tail`` when there is none. O(1).
    public var firstSequence: UInt64 { visibleFirst.load(ordering: .acquiring) }

    /// When appends are answered; applies to the next group.
    public var level: CommitLevel {
        get { commitsWhenWritten.load(ordering: .relaxed) ? .written : .durable }
        set { commitsWhenWritten.store(newValue == .written, ordering: .relaxed) }
    }

    /// Queues events for the next group. O(bytes) for the checksum; the ticket is called when they are durable.
    public func appendEvents(_ frame: FrameBuffer, count: Int, addressee: UInt32 = 0, ticket: any AppendTicket) {
        precondition(count > 0, "a frame of events holds at least one")
        enqueue(PendingFrame(frame, kind: .events, recordCount: count, addressee: addressee, ticket: ticket))
    }

    /// Queues settlements for the next group.
    public func appendSettlements(_ frame: FrameBuffer, ticket: any AppendTicket) {
        enqueue(PendingFrame(frame, kind: .settlements, ticket: ticket))
    }

    /// Lets settlements ride along with the next group, or be written after 50 ms when there is none. Nobody is told.
    public func appendSettlementsLater(_ frame: FrameBuffer) {
        precondition(frame.count <= FrameHeader.payloadBytesMax, "settlements that nobody waits for exceed the limit")
        committer.enqueueLater(PendingFrame(frame, kind: .settlements), for: self)
    }

    private func enqueue(_ frame: PendingFrame) {
        if let refusal = committer.enqueue(frame, for: self) { frame.ticket?.appendDidFail(refusal) }
    }

    var busy: LogError {
        LogError(
            .busy,
            "more than \(Committer.queuedBytesMax >> 20) MiB wait to be written; send less at once, or try again in a moment",
            file: configuration.directory)
    }

    var closed: LogError {
        LogError(.closed, "the log was closed", file: configuration.directory)
    }

    /// Whether to call ``prepareNextSegment()``. For the delegate, on the committer's thread.
    ///
    /// Not for a log that fills a segment within seconds: zeroing ahead would write every byte twice (a third of a core at
    /// 170 MB/s), and such a log lives from recycled segments.
    public var wantsNextSegment: Bool { writer.fillsSlowly && writer.spare.isBlankWanted && !hasFailed }

    /// Makes the blocks of the next segment ready, so that the roll need not: writing over blocks that were written before is
    /// 1.4 to 1.8 times as fast. Blocking, about a millisecond a MiB; for a thread of low priority.
    public func prepareNextSegment() throws(LogError) {
        try LogError.converting(sticky: false) { () throws(StorageError) in try writer.spare.prepare() }
    }

    /// Syncs, notes the durable watermark, and answers nothing any more. Blocking.
    public func close() {
        committer.close(self)
        // Not on the committer's thread: others commit meanwhile.
        freeReleasedSpace()
    }

    // MARK: - For the committer

    var hasFailed: Bool { failure.withLock { $0 != nil } }

    /// It must be synced even if nothing is appended.
    var owesSync: Bool { writer.isDirty && !hasFailed }

    /// Its end must be vouched for if nothing is appended.
    var owesWatermark: Bool { writer.owesWatermark && !hasFailed }

    /// Nothing was appended for the rest time.
    func hasRested(_ now: UInt64) -> Bool {
        owesWatermark && now - writer.lastGroupTime >= Committer.restNanoseconds
    }

    func publish(tail: UInt64) {
        visibleTail.store(tail, ordering: .releasing)
    }

    /// Makes the failure stick; later ones do not replace the first.
    func fail(_ error: LogError) {
        let isFirst = failure.withLock { failure in
            defer { failure = failure ?? error }
            return failure == nil
        }
        if isFirst { delegate?.logDidFail(error) }
    }
}
