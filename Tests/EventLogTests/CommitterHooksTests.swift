@testable import EventLog
import Storage
import TestSupport
import Testing

/// What a server of few threads and the committer tell one another.
@Suite struct CommitterHooksTests {
    private typealias Call = @Sendable () -> Void

    private let fixture: LogFixture
    private let calls = Guarded<[Call]>([])
    private let told = Guarded<[String]>([])

    init() throws {
        fixture = try LogFixture()
        fixture.committer.observe(
            CommitterHooks(
                answersWillBegin: { [told] in told.withLock { $0.append("begin") } },
                answersDidEnd: { [told] in told.withLock { $0.append("end") } },
                gather: { [calls] call in calls.withLock { $0.append(call) } }))
    }

    private var whatWasTold: [String] { told.withLock { $0 } }

    private func queue(_ payload: [UInt8], _ name: String) -> TestTicket {
        let ticket = TestTicket { [told] _ in told.withLock { $0.append(name) } }
        fixture.log.appendEvents(FrameBuffer(payload), count: 1, ticket: ticket)
        return ticket
    }

    /// Returns when the committer's thread has nothing to do, and knows it.
    private func waitUntilAsleep() {
        for _ in 0..<10_000 where !fixture.committer.isAsleep { spin(microseconds: 100) }
        #expect(fixture.committer.isAsleep)
    }

    private func spin(microseconds: UInt64) {
        _ = Signal().wait(nanoseconds: microseconds * 1_000) { false }
    }

    @Test func smallFramesWaitForTheCallOfWhoAppendedFirst() throws {
        try fixture.committer.start()
        waitUntilAsleep()
        let tickets = (0..<5).map { queue(LogFixture.payload($0, size: 100), "\($0)") }
        spin(microseconds: 20_000)
        let arePending = tickets.allSatisfy { $0.isPending }
        #expect(arePending)
        let made = calls.withLock { $0 }
        #expect(made.count == 1, "the first one calls for all")
        for call in made { call() }
        for ticket in tickets { ticket.wait() }
        #expect(tickets.map(\.firstSequence) == [1, 2, 3, 4, 5])
        fixture.log.close()
        fixture.committer.stop()
        #expect(whatWasTold == ["begin", "0", "1", "2", "3", "4", "end"], "one group")
    }

    @Test func whatIsWorthAGroupOfItsOwnWaitsForNobody() throws {
        try fixture.committer.start()
        waitUntilAsleep()
        let small = queue([1], "small")
        let large = (0..<8).map { queue(LogFixture.payload($0, size: 5_000), "\($0)") }
        for ticket in large { ticket.wait() }
        small.wait()
        #expect(small.firstSequence == 1)
        #expect(large.compactMap(\.firstSequence).count == 8)
        fixture.log.close()
        fixture.committer.stop()
    }

    @Test func whoBlocksUntilTheCommitterHasRunWaitsForNobody() throws {
        try fixture.committer.start()
        waitUntilAsleep()
        let ticket = queue([1], "first")
        // The call for the first frame never comes.
        fixture.log.close()
        #expect(ticket.firstSequence == 1)
        fixture.committer.stop()
    }

    @Test func answersOfAGroupLieBetweenBeginAndEndAndAnIdleCycleSaysNothing() {
        let tickets = [queue([1], "a"), queue([2], "b")]
        fixture.commit()
        #expect(tickets.allSatisfy { !$0.isPending })
        fixture.commit()
        fixture.idle()
        #expect(whatWasTold == ["begin", "a", "b", "end"])
    }
}
