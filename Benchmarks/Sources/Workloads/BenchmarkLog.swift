import EventLog
import Storage

/// A log without threads on the real disk: whoever holds it commits.
final class BenchmarkLog: Sendable {
    let log: SegmentedLog
    private let committer: Committer
    private let clock = StoppedClock()
    private let ticket = Ticket()
    private let scratch: Scratch
    private let name: String

    init(_ scratch: Scratch, _ name: String, level: CommitLevel = .written, segmentBytes: Int = 4 << 20) throws {
        self.scratch = scratch
        self.name = name
        committer = Committer(clock: clock)
        var configuration = LogConfiguration(
            directory: scratch.path(name), identity: LogIdentity(store: StoreIdentity(low: 1, high: 2), log: 3),
            fileSystem: scratch.disk, clock: clock, random: { 4 })
        (configuration.segmentBytesMin, configuration.segmentBytesMax) = (segmentBytes, segmentBytes)
        log = try SegmentedLog.open(configuration, committer: committer)
        log.level = level
    }

    /// Fills a frame with a body of events and queues it: the body, then 32 bytes for each event, as the broker does.
    func append(_ body: [UInt8], count: Int) {
        let frame = FrameBuffer(capacity: body.count + body.count / 16 + 32)
        frame.append(body.span.bytes)
        frame.pad()
        frame.reserve(count * 32)
        for number in 0..<count {
            for field in 0..<8 { frame.append(UInt32(truncatingIfNeeded: number &+ field)) }
        }
        log.appendEvents(frame, count: count, ticket: ticket)
    }

    /// Writes, and syncs if the level says so, what is queued.
    func commit() {
        clock.advance(milliseconds: 1)
        _ = committer.runCycle(waiting: false)
    }

    /// Gives up the segments before the newest, as where receivers keep up, so that the log lives from recycled ones.
    func releaseOld() {
        let old = Set(log.sealedSegments.map(\.id))
        if !old.isEmpty { log.release(old) }
        commit()
    }

    /// How many frames were answered since the last call.
    ///
    /// - Throws: when one was refused.
    func takeAnswers() throws -> Int {
        let (committed, failure) = ticket.take()
        if let failure { throw failure }
        return committed
    }

    func remove() throws {
        log.close()
        try scratch.remove(name)
    }
}

/// Counts answers.
private final class Ticket: AppendTicket {
    private let answers = Guarded<(committed: Int, failure: LogError?)>((0, nil))

    func appendDidCommit(firstSequence: UInt64) { answers.withLock { $0.committed += 1 } }

    func appendDidFail(_ error: LogError) { answers.withLock { $0.failure = error } }

    func take() -> (Int, LogError?) {
        answers.withLock { answers in
            defer { answers = (0, nil) }
            return answers
        }
    }
}
