@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct CloseTests {
    @Test func closingCommitsWhatIsQueuedAndRefusesWhatComesLater() throws {
        let fixture = try LogFixture()
        let queued = fixture.queue([1, 2, 3])
        fixture.log.appendSettlementsLater(FrameBuffer([7]))
        fixture.log.close()
        #expect(queued.firstSequence == 1)
        let late = fixture.append([4])
        #expect(late.failure?.code == .closed)
        #expect(fixture.delegate.failures.isEmpty)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == [[1, 2, 3]])
        #expect(fixture.replayed().map(\.payload) == [[7]])
    }

    @Test func closingSyncsALogOfLevelWritten() throws {
        let fixture = try LogFixture()
        fixture.log.level = .written
        fixture.append([1, 2, 3])
        fixture.log.close()
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == [[1, 2, 3]])
    }

    @Test func aClosedLogIsStillReadAndMayBeClosedAgain() throws {
        let fixture = try LogFixture()
        fixture.append([1, 2, 3])
        fixture.log.close()
        let calls = fixture.disk.count()
        fixture.log.close()
        fixture.log.release(before: 100)
        fixture.commit()
        fixture.idle()
        #expect(fixture.disk.count() == calls)
        #expect(try fixture.readAll() == [[1, 2, 3]])
    }

    @Test func aClosedLogIsFreed() throws {
        let fixture = try LogFixture()
        weak let segment = fixture.log.writer.active.segment
        fixture.append([1])
        fixture.log.close()
        fixture.append([2])
        // Its committer forgets it at the latest when the linger time has passed.
        fixture.idle()
        try fixture.reopen()
        #expect(segment == nil)
    }

    @Test func closingAndStoppingEndTheThread() throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("/store")
        let committer = Committer(clock: SystemClock())
        try committer.start()
        let log = try SegmentedLog.open(LogFixture.configuration(disk), committer: committer)
        let closers = try (0..<4).map { _ in try WorkerThread("close") { log.close() } }
        for closer in closers { closer.join() }
        committer.stop()
        let late = TestTicket()
        log.appendEvents(FrameBuffer([1]), count: 1, ticket: late)
        _ = committer.runCycle(waiting: false)
        #expect(late.failure?.code == .closed)
    }

    @Test func aFailedLogDoesNotKeepTheThreadFromEnding() throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("/store")
        let committer = Committer(clock: SystemClock())
        let log = try SegmentedLog.open(LogFixture.configuration(disk), committer: committer)
        disk.fail(.synchronize, .error(.inputOutput))
        try committer.start()
        let ticket = TestTicket()
        log.appendEvents(FrameBuffer([1]), count: 1, ticket: ticket)
        ticket.wait()
        #expect(ticket.failure?.code == .failed)
        log.close()
        committer.stop()
        #expect(disk.violations.isEmpty)
    }

    /// An idle committer sleeps until something is appended.
    @Test func anIdleCommitterDoesNothing() throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("/store")
        let committer = Committer(clock: SystemClock())
        try committer.start()
        let log = try SegmentedLog.open(LogFixture.configuration(disk), committer: committer)
        let ticket = TestTicket()
        log.appendEvents(FrameBuffer([1]), count: 1, ticket: ticket)
        ticket.wait()
        let pause = Signal()
        _ = pause.wait(nanoseconds: 300_000_000) { false }
        let calls = disk.count()
        _ = pause.wait(nanoseconds: 300_000_000) { false }
        #expect(disk.count() == calls)
        log.close()
        committer.stop()
    }
}
