@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct CommitLevelTests {
    @Test func levelWrittenAnswersAfterTheWriteAndSyncsWithinFiftyMilliseconds() throws {
        let fixture = try LogFixture()
        fixture.log.level = .written
        let syncs = fixture.disk.count(of: .synchronize)
        let ticket = fixture.append([1, 2, 3, 4, 5, 6, 7, 8])
        #expect(ticket.firstSequence == 1)
        #expect(fixture.disk.count(of: .synchronize) == syncs)
        #expect(try fixture.disk.liveBytes(fixture.newestPath).contains([1, 2, 3, 4, 5, 6, 7, 8]))
        #expect(try !fixture.disk.durableBytes(fixture.newestPath).contains([1, 2, 3, 4, 5, 6, 7, 8]))
        fixture.clock.advance(by: .milliseconds(49))
        fixture.commit()
        #expect(fixture.disk.count(of: .synchronize) == syncs)
        fixture.clock.advance(by: .milliseconds(1))
        fixture.commit()
        #expect(fixture.disk.count(of: .synchronize) > syncs)
        #expect(try fixture.disk.durableBytes(fixture.newestPath).contains([1, 2, 3, 4, 5, 6, 7, 8]))
    }

    @Test func levelWrittenIsSyncedInTimeThoughAppendsGoOn() throws {
        let fixture = try LogFixture()
        fixture.log.level = .written
        fixture.append([1, 2, 3, 4, 5, 6, 7, 8])
        for number in 0..<10 {
            fixture.clock.advance(by: .milliseconds(5))
            fixture.append([UInt8(number)])
        }
        #expect(try fixture.disk.durableBytes(fixture.newestPath).contains([1, 2, 3, 4, 5, 6, 7, 8]))
    }

    @Test func levelWrittenSurvivesTheDeathOfTheProcess() throws {
        let fixture = try LogFixture()
        fixture.log.level = .written
        let payloads = fixture.append(0..<60, size: 400)
        try fixture.reopen()
        #expect(try fixture.readAll() == payloads)
        // What was served is durable from then on.
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == payloads)
    }

    @Test func lazySettlementsRideAlongWithTheNextGroup() throws {
        let fixture = try LogFixture()
        let syncs = fixture.disk.count(of: .synchronize)
        fixture.log.appendSettlementsLater(FrameBuffer([7, 7, 7, 7]))
        fixture.commit()
        #expect(fixture.disk.count(of: .synchronize) == syncs)
        fixture.append([1])
        #expect(fixture.disk.count(of: .synchronize) == syncs + 1)
        try fixture.powerCut(.nothing)
        #expect(fixture.replayed().map(\.payload) == [[7, 7, 7, 7]])
    }

    @Test func lazySettlementsAreWrittenAfterFiftyMilliseconds() throws {
        let fixture = try LogFixture()
        fixture.log.appendSettlementsLater(FrameBuffer([7, 7, 7, 7]))
        fixture.clock.advance(by: .milliseconds(49))
        fixture.commit()
        try #expect(!fixture.disk.liveBytes(fixture.newestPath).contains([7, 7, 7, 7]))
        fixture.clock.advance(by: .milliseconds(1))
        fixture.commit()
        try fixture.powerCut(.nothing)
        #expect(fixture.replayed().map(\.payload) == [[7, 7, 7, 7]])
    }

    @Test func lazySettlementsOfALogOfLevelWrittenAreSyncedToo() throws {
        let fixture = try LogFixture()
        fixture.log.level = .written
        fixture.log.appendSettlementsLater(FrameBuffer([7, 7, 7, 7]))
        fixture.idle()
        try fixture.powerCut(.nothing)
        #expect(fixture.replayed().map(\.payload) == [[7, 7, 7, 7]])
    }

    @Test(.tags(.r08)) func anIdleLogVouchesForItsLastGroupAfterASecond() throws {
        let fixture = try LogFixture()
        fixture.append([1, 2, 3])
        let writes = fixture.disk.count(of: .write)
        fixture.clock.advance(by: .milliseconds(999))
        fixture.commit()
        #expect(fixture.disk.count(of: .write) == writes)
        fixture.clock.advance(by: .milliseconds(1))
        fixture.commit()
        #expect(fixture.disk.count(of: .write) == writes + 1)
        // Once is enough: an idle log costs nothing.
        for _ in 0..<20 { fixture.idle() }
        #expect(fixture.disk.count(of: .write) == writes + 1)
    }

    @Test func aBusyLogWritesNoFillers() throws {
        let fixture = try LogFixture(segmentBytes: (1 << 20)...(1 << 20))
        let writes = fixture.disk.count(of: .write)
        for _ in 0..<40 {
            fixture.append([1])
            fixture.clock.advance(by: .milliseconds(900))
            fixture.commit()
        }
        #expect(fixture.disk.count(of: .write) == writes + 40)
    }

    @Test func logsThatRestTogetherVouchTogether() throws {
        let disk = SimulatedDisk()
        let clock = ManualClock()
        let committer = Committer(clock: clock)
        let logs = try (0..<3).map { number in
            let directory = "/log\(number)"
            try disk.createDirectory(directory)
            return try SegmentedLog.open(
                LogConfiguration(
                    directory: directory,
                    identity: LogIdentity(store: StoreIdentity(low: 1, high: 2), log: UInt64(number)),
                    fileSystem: disk, clock: clock, random: SeededRandom(seed: 7).shared()), committer: committer)
        }
        for log in logs { log.appendEvents(FrameBuffer([1]), count: 1, ticket: TestTicket()) }
        _ = committer.runCycle(waiting: false)
        let ends = logs.map(\.writer.active.durableOffset)
        clock.advance(by: .seconds(1))
        _ = committer.runCycle(waiting: false)
        for (log, end) in zip(logs, ends) {
            #expect(SegmentWalk(log.writer.active.segment).watermark == end)
            #expect(!log.writer.isDirty)
        }
    }

    @Test func aFullSegmentStillHasRoomToVouchForItsLastGroup() throws {
        // Every size of the last frame, so that each amount of room is left once.
        for size in stride(from: 11_500, through: 11_960, by: 8) {
            let fixture = try LogFixture()
            fixture.append(LogFixture.payload(size, size: size))
            let last = fixture.append([1]).firstSequence
            let end = fixture.endOffset
            for _ in 0..<4 { fixture.idle() }
            #expect(SegmentWalk(fixture.log.writer.active.segment).watermark == end, "not vouched for at size \(size)")
            let writes = fixture.disk.count(of: .write)
            fixture.idle()
            #expect(fixture.disk.count(of: .write) == writes, "an idle log goes on writing at size \(size)")
            // Again and again: what one process did must not use up the room of the seal.
            for _ in 0..<4 {
                try fixture.reopen()
                fixture.idle()
            }
            let capacity = fixture.log.writer.active.segment.capacity
            #expect(
                fixture.endOffset + LogWriter.sealRoom(capacity) <= capacity, "no room for the seal at \(size)")
            fixture.append(LogFixture.payload(2, size: 3_000))
            #expect(try fixture.readAll().count == 3)
            try fixture.reopen()
            #expect(fixture.log.tail == (last ?? 0) + 2)
        }
    }

    @Test(.tags(.r08)) func whatRecoveryFoundIsVouchedForThoughNothingIsAppended() throws {
        let fixture = try LogFixture()
        fixture.append([1, 2, 3])
        try fixture.powerCut(.everything)
        let writes = fixture.disk.count(of: .write)
        fixture.idle()
        #expect(fixture.disk.count(of: .write) == writes + 1)
    }
}
