@testable import EventLog
import Storage
import TestSupport
import Testing

/// A disk that does not keep up.
@Suite struct OverloadTests {
    private static func frame(_ bytes: Int) -> FrameBuffer {
        let frame = FrameBuffer(capacity: bytes)
        frame.withBlock { $0.appendZeros(bytes) }
        return frame
    }

    @Test(.tags(.r15)) func beyondItsBoundTheQueueRefusesEventsThenSettlementsAndTakesThemAgainLater() throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("/store")
        let committer = Committer(clock: ManualClock())
        var configuration = LogFixture.configuration(disk)
        configuration.segmentBytesMin = 100 << 20
        configuration.segmentBytesMax = 100 << 20
        let log = try SegmentedLog.open(configuration, committer: committer)
        // The disk refuses them in the end, so that the test need not write a third of a GiB.
        disk.fail(.write, .error(.inputOutput))
        let payload = Self.frame(16 << 20)
        let copies = Int(Committer.queuedBytesMax / (16 << 20))
        var tickets: [TestTicket] = []
        func events() -> TestTicket {
            let ticket = TestTicket()
            log.appendEvents(payload, count: 1, ticket: ticket)
            return ticket
        }
        func settlements() -> TestTicket {
            let ticket = TestTicket()
            log.appendSettlements(payload, ticket: ticket)
            return ticket
        }
        while tickets.last?.isPending ?? true { tickets.append(events()) }
        #expect(tickets.count == copies)
        let refusal = try #require(tickets.last?.failure)
        #expect(refusal.code == .busy)
        #expect(refusal.message.contains("send less"))
        #expect(committer.queuedBytes <= Committer.queuedBytesMax)
        var settling: [TestTicket] = []
        while settling.last?.isPending ?? true { settling.append(settlements()) }
        #expect(settling.count == 5)
        #expect(settling.last?.failure?.code == .busy)
        log.appendSettlementsLater(payload)
        #expect(committer.queuedBytes <= Committer.queuedBytesMax + Committer.queuedSettlementBytesMax)
        // What is small still fits, until the bound is reached.
        _ = committer.runCycle(waiting: false)
        #expect(committer.queuedBytes == 0)
        #expect(tickets.dropLast().allSatisfy { $0.failure?.code == .failed })
        #expect(events().isPending)
    }

    @Test func whatIsAnsweredIsQueuedNoMore() throws {
        let fixture = try LogFixture()
        fixture.log.appendSettlementsLater(FrameBuffer([1, 2, 3]))
        fixture.queue([1])
        #expect(fixture.committer.queuedBytes > 0)
        fixture.commit()
        #expect(fixture.committer.queuedBytes == 0)
        fixture.log.appendSettlementsLater(FrameBuffer([1, 2, 3]))
        fixture.log.close()
        #expect(fixture.committer.queuedBytes == 0)
    }

    @Test(.tags(.r45)) func aSyncOfMoreThanASecondIsReportedWithItsTimeAndSize() throws {
        let fixture = try LogFixture()
        let clock = fixture.clock
        for (milliseconds, isSlow) in [(900, false), (1_000, false), (1_001, true), (70_000, true)] as [(Int, Bool)] {
            fixture.disk.onSynchronize = { _ in clock.advance(by: .milliseconds(milliseconds)) }
            let before = fixture.delegate.slowSyncs.count
            fixture.append([UInt8](repeating: 1, count: 200))
            fixture.disk.onSynchronize = nil
            let reported = fixture.delegate.slowSyncs.dropFirst(before)
            #expect(reported.count == (isSlow ? 1 : 0))
            #expect(reported.allSatisfy { $0.nanoseconds == UInt64(milliseconds) * 1_000_000 && $0.bytes == 264 })
        }
    }

    @Test(.tags(.r45)) func slowSyncsOfARollAreReported() throws {
        let fixture = try LogFixture()
        let clock = fixture.clock
        fixture.append([UInt8](repeating: 1, count: 11_000))
        fixture.disk.onSynchronize = { _ in clock.advance(by: .seconds(2)) }
        fixture.append([UInt8](repeating: 1, count: 2_000))
        // The seal, the checkpoint, and the event.
        #expect(fixture.delegate.slowSyncs.count == 3)
    }

    @Test(.tags(.r45)) func aSlowSyncThatFailsIsReportedToo() throws {
        let fixture = try LogFixture()
        let clock = fixture.clock
        fixture.disk.onSynchronize = { _ in clock.advance(by: .seconds(30)) }
        fixture.disk.fail(.synchronize, .error(.inputOutput))
        #expect(fixture.append([1]).failure?.code == .failed)
        #expect(fixture.delegate.slowSyncs.count == 1)
    }

    /// A moment without free descriptors must not make the log fail.
    @Test func theManifestIsWrittenWithoutOpeningItAgain() throws {
        let fixture = try LogFixture()
        fixture.append(0..<100, size: 300)
        fixture.disk.fail(.open, on: "MANIFEST-A", lasting: true, .error(.inputOutput))
        fixture.disk.fail(.open, on: "MANIFEST-B", lasting: true, .error(.inputOutput))
        fixture.disk.fail(.list, lasting: true, .error(.inputOutput))
        fixture.log.release(before: 60)
        fixture.append([1])
        #expect(fixture.delegate.failures.isEmpty)
        #expect(fixture.log.firstSequence > 1)
    }
}
