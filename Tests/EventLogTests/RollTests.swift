@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct RollTests {
    @Test func replayShowsTheCheckpointAndExactlyTheSettlementsAfterIt() throws {
        let fixture = try LogFixture()
        fixture.delegate.nextCheckpoint = [[0xC1, 1], [], [0xC3, 3]]
        var since: [[UInt8]] = []
        var checkpoints = 0
        for number in 0..<200 {
            let settlement = LogFixture.payload(number, size: 150)
            fixture.queueSettlements(settlement)
            fixture.append(LogFixture.payload(1_000 + number, size: 220))
            if fixture.delegate.checkpointsTaken > checkpoints {
                checkpoints = fixture.delegate.checkpointsTaken
                // The event frame of this group may have rolled: then the settlement before it is in the checkpoint.
                since = fixture.isInNewestSegment(settlement) ? [settlement] : []
            } else {
                since.append(settlement)
            }
        }
        #expect(checkpoints > 4)
        try fixture.reopen()
        let replayed = fixture.replayed()
        #expect(replayed.prefix(3).map(\.payload) == [[0xC1, 1], [], [0xC3, 3]])
        #expect(replayed.prefix(3).allSatisfy { $0.kind == .checkpoint })
        #expect(replayed.dropFirst(3).allSatisfy { $0.kind == .settlements })
        #expect(replayed.dropFirst(3).map(\.payload) == since)
    }

    @Test func whatTheGroupWroteBeforeARollIsAnsweredBeforeTheCheckpointIsTaken() throws {
        let fixture = try LogFixture()
        let answered = Guarded(0)
        let seen = Guarded<[Int]>([])
        let delegate = TestDelegate {
            seen.withLock { $0.append(answered.withLock { $0 }) }
            return []
        }
        fixture.log.delegate = delegate
        for number in 0..<100 {
            let ticket = TestTicket { _ in answered.withLock { $0 += 1 } }
            fixture.log.appendEvents(FrameBuffer(LogFixture.payload(number, size: 300)), count: 1, ticket: ticket)
        }
        fixture.commit()
        let counts = seen.withLock { $0 }
        #expect(counts.count >= 2)
        for (position, name) in fixture.segmentNames.dropFirst().enumerated() {
            let bytes = try fixture.disk.liveBytes(LogFixture.path(name))
            let base = bytes.span.bytes.load(48, as: UInt64.self)
            #expect(UInt64(counts[position]) == base - 1, "the checkpoint does not stand where its state was true")
        }
    }

    @Test func everySegmentButTheFirstBeginsWithAWholeCheckpoint() throws {
        let fixture = try LogFixture()
        fixture.append(0..<200, size: 300)
        for sealed in fixture.log.reading.withLock({ $0.sealed }).dropFirst() {
            #expect(SegmentWalk(sealed.segment).hasCheckpoint)
        }
        #expect(SegmentWalk(fixture.log.writer.active.segment).hasCheckpoint)
    }

    @Test func aBusyLogGetsLongerSegmentsAndAQuietOneShorterOnes() throws {
        let fixture = try LogFixture(segmentBytes: (16 << 10)...(256 << 10))
        fixture.append(0..<400, size: 1_000)
        #expect(fixture.log.writer.active.segment.capacity == 256 << 10)
        for number in 0..<1_500 {
            fixture.clock.advance(by: .seconds(60))
            fixture.append(LogFixture.payload(number, size: 1_000))
        }
        #expect(fixture.log.writer.active.segment.capacity < 256 << 10)
        #expect(fixture.log.writer.active.segment.capacity >= 16 << 10)
    }

    @Test(.tags(.r41)) func aLargeCheckpointGetsASegmentInWhichItIsTheSmallerPart() throws {
        let fixture = try LogFixture()
        fixture.delegate.nextCheckpoint = [LogFixture.payload(1, size: 20_000), LogFixture.payload(2, size: 15_000)]
        fixture.append(0..<400, size: 1_000)
        // 400 KB of events and 35 KB of state: a segment a few frames long would write the state a hundred times.
        #expect(fixture.delegate.checkpointsTaken <= 6)
        #expect(fixture.log.writer.active.segment.capacity >= 4 * 35_000)
        try fixture.reopen()
        #expect(fixture.replayed().map(\.payload.count) == [20_000, 15_000])
    }

    @Test func closingWaitsForTheThreadThatMakesBlocksReady() throws {
        for round in 0..<20 {
            let fixture = try LogFixture(segmentBytes: (4 << 20)...(4 << 20))
            let log = fixture.log
            let began = Guarded(false)
            let thread = try WorkerThread("prepare") {
                began.withLock { $0 = true }
                try? log.prepareNextSegment()
            }
            while !began.withLock({ $0 }) {}
            _ = Signal().wait(nanoseconds: UInt64(round) * 50_000) { false }
            log.close()
            let calls = fixture.disk.count()
            thread.join()
            #expect(fixture.disk.count() == calls, "a closed log was written to")
            try log.prepareNextSegment()
            #expect(fixture.disk.count() == calls)
        }
    }

    @Test func blocksMadeReadyInTheBackgroundAreUsedByTheRoll() throws {
        let fixture = try LogFixture()
        try fixture.log.prepareNextSegment()
        #expect(try fixture.disk.names(in: LogFixture.directory).contains("blank.segment"))
        let payloads = fixture.append(0..<60, size: 300)
        #expect(try !fixture.disk.names(in: LogFixture.directory).contains("blank.segment"))
        #expect(!fixture.log.writer.active.segment.header.isRecycled)
        try fixture.reopen()
        #expect(try fixture.readAll() == payloads)
    }

    @Test func blocksAreWantedByALogThatIsHalfFullAfterSecondsAndNotByABusyOne() throws {
        let fixture = try LogFixture(segmentBytes: (16 << 10)...(16 << 10))
        fixture.append(0..<8, size: 1_000)
        #expect(!fixture.log.wantsNextSegment, "half full at once")
        fixture.clock.advance(by: .seconds(6))
        #expect(fixture.log.wantsNextSegment)
        try fixture.log.prepareNextSegment()
        #expect(!fixture.log.wantsNextSegment, "they are ready")
        fixture.append(8..<16, size: 1_000)
        #expect(!fixture.log.wantsNextSegment, "the next segment has just begun")
    }

    @Test func blocksThatAnEarlierProcessLeftAreNotTakenForBlank() throws {
        let fixture = try LogFixture()
        let garbage = (0..<(16 << 10)).map { UInt8(truncatingIfNeeded: $0 | 1) }
        try fixture.disk.replace(LogFixture.path("spare.segment"), with: garbage)
        let payloads = fixture.append(0..<60, size: 300)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == payloads)
    }
}

extension LogFixture {
    /// Whether the newest segment holds these bytes.
    func isInNewestSegment(_ payload: [UInt8]) -> Bool {
        (try? disk.liveBytes(newestPath).contains(payload)) ?? false
    }
}
