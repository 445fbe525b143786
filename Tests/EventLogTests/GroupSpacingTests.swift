@testable import EventLog
import Storage
import TestSupport
import Testing

/// How long a group waits for more frames.
@Suite struct GroupSpacingTests {
    private static let began: UInt64 = 1_000_000_000

    /// A queue whose last group held so many frames, with so many queued since.
    private func queue(
        lastGroup: Int, queued: Int, frameBytes: Int = 100, _ fixture: LogFixture
    ) -> CommitQueue {
        var queue = CommitQueue()
        for _ in 0..<lastGroup { queue.append(frame(100), to: fixture.log) }
        let bytes = queue.take(now: Self.began).reduce(0) { $0 + $1.bytes }
        queue.bytes -= bytes
        for _ in 0..<queued { queue.append(frame(frameBytes), to: fixture.log) }
        return queue
    }

    private func frame(_ bytes: Int) -> PendingFrame {
        PendingFrame(
            FrameBuffer([UInt8](repeating: 1, count: bytes)), kind: .events, recordCount: 1, addressee: 0, ticket: nil)
    }

    @Test(arguments: [(1, 1), (1, 2), (2, 2), (3, 1)])
    func oneOfAFewAppendersWaitsForNobody(_ lastGroup: Int, _ queued: Int) throws {
        let fixture = try LogFixture()
        #expect(queue(lastGroup: lastGroup, queued: queued, fixture).spacing(now: Self.began + 1) == 0)
        _ = fixture.committer.runCycle(waiting: false)
    }

    @Test(arguments: [(4, 1), (1, 4), (16, 16)])
    func amongManyAGroupBeginsAThirdOfAMillisecondAfterTheOneBefore(_ lastGroup: Int, _ queued: Int) throws {
        let fixture = try LogFixture()
        let queue = queue(lastGroup: lastGroup, queued: queued, fixture)
        #expect(queue.spacing(now: Self.began + 100_000) == 250_000)
        #expect(queue.spacing(now: Self.began + 350_000) == 0)
        #expect(queue.spacing(now: Self.began + 900_000) == 0)
    }

    @Test func aLargeGroupWaitsForNoMore() throws {
        let fixture = try LogFixture()
        let queue = queue(lastGroup: 8, queued: 4, frameBytes: 64 << 10, fixture)
        #expect(queue.spacing(now: Self.began + 1) == 0)
    }

    @Test func atTheEndOfTheProcessNothingWaits() throws {
        let fixture = try LogFixture()
        var queue = queue(lastGroup: 8, queued: 8, fixture)
        queue.isStopping = true
        #expect(queue.spacing(now: Self.began + 1) == 0)
    }

    /// A real thread, real time: each group of eight is queued when the one before is answered.
    @Test func theThreadWaitsBetweenGroupsAndAnswersAll() async throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("/store")
        let committer = Committer(clock: SystemClock())
        let log = try SegmentedLog.open(
            LogFixture.configuration(disk, ManualClock(), (1 << 20)...(1 << 20)), committer: committer)
        let groups = 400
        let began = ContinuousClock.now
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let answered = Guarded(0)
            @Sendable func queueGroup() {
                for _ in 0..<8 { log.appendEvents(FrameBuffer([1]), count: 1, ticket: TestTicket { _ in answer() }) }
            }
            @Sendable func answer() {
                let count = answered.withLock { count in
                    count += 1
                    return count
                }
                if count == groups * 8 { return continuation.resume() }
                if count % 8 == 0 { queueGroup() }
            }
            queueGroup()
            try? committer.start()
        }
        #expect(ContinuousClock.now - began >= .nanoseconds(Committer.spacingNanoseconds) * (groups - 1))
        #expect(log.tail == UInt64(groups * 8 + 1))
        log.close()
        committer.stop()
    }
}
