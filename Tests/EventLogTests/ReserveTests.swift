@testable import EventLog
import Storage
import TestSupport
import Testing

/// On a full disk publishes are refused and settlements go on, without end (FORMAT.md section 4).
@Suite struct ReserveTests {
    private static func names(_ log: SettlingLog) throws -> [String] {
        try log.disk.names(in: LogFixture.directory).filter { $0.hasPrefix("reserve") }
    }

    @Test(.tags(.r37, .r38)) func settlementsGoOnWithoutEndWhileEventsAreRefused() throws {
        let log = try SettlingLog()
        for _ in 0..<100 { log.publish() }
        log.fillDisk()
        log.fillUp()
        let segments = log.fixture.segmentNames.count
        let used = log.disk.usedBytes
        for _ in 0..<100_000 { try #require(log.settle() == nil) }
        let refusal = try #require(log.publish())
        #expect(refusal.code == .noSpace)
        #expect(refusal.message.contains("free some, settle what waits"))
        #expect(log.fixture.segmentNames.count <= segments + 1)
        #expect(log.disk.usedBytes <= used)
        #expect(log.fixture.delegate.failures.isEmpty)
        try log.reopen(on: log.disk.powerCut(.nothing))
        #expect(log.settled == 100_000)
    }

    @Test(.tags(.r37, .r38)) func publishingResumesByItselfWhenSegmentsAreReleased() throws {
        let log = try SettlingLog()
        for _ in 0..<150 { log.publish() }
        log.fillDisk()
        for round in 0..<8 {
            log.fillUp()
            for _ in 0..<700 { try #require(log.settle() == nil) }
            #expect(log.publish()?.code == .noSpace)
            #expect(log.fixture.log.writer.active.segment.header.isReserve)
            let oldest = try #require(log.fixture.log.sealedSegments.first)
            log.fixture.log.release([oldest.id])
            log.fixture.commit()
            #expect(log.publish() == nil, "round \(round)")
            #expect(!log.fixture.log.writer.active.segment.header.isReserve)
            #expect(try Self.names(log) == Reserve.names)
        }
        try log.reopen(on: log.disk.powerCut(.nothing))
    }

    @Test(.tags(.r37)) func publishingResumesWhenSomebodyElseFreesSpace() throws {
        let log = try SettlingLog()
        log.fillDisk()
        log.fillUp()
        for _ in 0..<900 { try #require(log.settle() == nil) }
        log.disk.spaceLimit = nil
        for _ in 0..<100 { #expect(log.publish() == nil) }
        #expect(try Self.names(log) == Reserve.names)
        try log.reopen(on: log.disk.powerCut(.nothing))
    }

    @Test(.tags(.r37)) func oneGroupMayUseBothFilesManyTimes() throws {
        let log = try SettlingLog()
        log.fillDisk()
        log.fillUp()
        let tickets = (0..<60).map { _ in log.fixture.queueSettlements([UInt8](repeating: 7, count: 2_000)) }
        let event = log.fixture.queue([1])
        let last = log.fixture.queueSettlements([7])
        log.fixture.commit()
        #expect(tickets.allSatisfy { $0.firstSequence != nil })
        #expect(event.failure?.code == .noSpace)
        #expect(last.firstSequence != nil)
        #expect(log.fixture.segmentNames.count == 2)
    }

    @Test(.tags(.r37)) func settlementsBehindOneThatDoesNotFitTheReserveAreWritten() throws {
        let log = try SettlingLog()
        log.fillDisk()
        log.fillUp()
        let large = log.fixture.queueSettlements([UInt8](repeating: 7, count: 100_000))
        let tickets = (0..<20).map { _ in log.fixture.queueSettlements([UInt8](repeating: 7, count: 2_000)) }
        log.fixture.commit()
        #expect(large.failure?.code == .noSpace)
        #expect(tickets.allSatisfy { $0.firstSequence != nil })
    }

    /// Where one more name needs one more block, in either file.
    @Test(.tags(.r37)) func theManifestHasRoomForTheReserveAtAnyNumberOfSegments() throws {
        let log = try SettlingLog()
        while log.fixture.segmentNames.count < 95 { try #require(log.publish(size: 9_000) == nil) }
        while log.fixture.segmentNames.count < 130 {
            try #require(log.publish(size: 9_000) == nil)
            log.fillDisk()
            for _ in 0..<9 { try #require(log.settle(size: 3_000) == nil) }
            log.disk.spaceLimit = nil
        }
        try log.reopen(on: log.disk.powerCut(.nothing))
    }

    @Test(.tags(.r37)) func aSegmentFromTheReserveTakesNoEvents() throws {
        let log = try SettlingLog()
        log.fillDisk()
        log.fillUp()
        while !log.fixture.log.writer.active.segment.header.isReserve { try #require(log.settle() == nil) }
        // It has room for this one; the next settlement would not have it.
        #expect(log.publish(size: 1)?.code == .noSpace)
        try log.reopen()
        #expect(log.fixture.log.writer.active.segment.header.isReserve)
        #expect(log.publish(size: 1)?.code == .noSpace)
        #expect(log.settle() == nil)
        log.disk.spaceLimit = nil
        #expect(log.publish(size: 1) == nil)
    }

    @Test(.tags(.r37)) func whileFullRestartsAndPowerCutsLoseNothing() throws {
        for seed in UInt64(0)..<12 {
            let log = try SettlingLog(on: SimulatedDisk(seed: seed), seed: seed)
            var random = SeededRandom(seed: seed)
            for _ in 0..<60 { log.publish() }
            log.fillDisk()
            log.fillUp()
            for round in 0..<25 {
                for _ in 0..<Int.random(in: 1...160, using: &random) { try #require(log.settle() == nil) }
                #expect(log.publish()?.code == .noSpace)
                if random.chance(1, in: 3) { log.fixture.log.close() }
                let isCut = random.chance(1, in: 2)
                try log.reopen(
                    on: isCut ? log.disk.powerCut(.seeded(random.next())) : nil, "seed \(seed), round \(round)")
            }
            log.disk.spaceLimit = nil
            #expect(log.publish() == nil)
        }
    }

    /// Enough settlements for two rolls inside the reserve, a refused event, a release and the way back.
    private static func play(_ log: SettlingLog) {
        for number in 0..<7 {
            log.settle(size: 3_000)
            if number == 3 { log.publish() }
        }
        if let oldest = log.fixture.log.sealedSegments.first { log.fixture.log.release([oldest.id]) }
        log.fixture.commit()
        for _ in 0..<2 { log.publish(size: 4_000) }
        log.settle(size: 3_000)
    }

    private static func full(seed: UInt64) throws -> SettlingLog {
        let log = try SettlingLog(on: SimulatedDisk(seed: seed), seed: seed)
        for _ in 0..<50 { log.publish() }
        log.fillDisk()
        log.fillUp()
        return log
    }

    private static func countCalls() throws -> Int {
        let log = try full(seed: 0)
        let before = log.disk.count()
        play(log)
        return log.disk.count() - before
    }

    @Test(.tags(.r01, .r05, .r37)) func aPowerCutAtAnyCallWhileFullLosesNothing() throws {
        for calls in 0...(try Self.countCalls()) {
            for seed in UInt64(0)..<4 {
                let log = try Self.full(seed: seed)
                log.disk.powerOff(afterCalls: calls)
                Self.play(log)
                let survival = seed == 0 ? Survival.nothing : seed == 1 ? .everything : .seeded(seed + UInt64(calls))
                try log.reopen(on: log.disk.powerCut(survival), "call \(calls), seed \(seed)")
                // It can settle for ever again, on the disk that is as full as it was.
                for _ in 0..<12 { try #require(log.settle(size: 3_000) == nil, "call \(calls), seed \(seed)") }
                try log.reopen(on: log.disk.powerCut(.nothing), "call \(calls), seed \(seed), again")
            }
        }
    }

    @Test(.tags(.r02, .r07, .r37)) func noSpaceAtAnyOneCallWhileFullLosesNothing() throws {
        for calls in 0...(try Self.countCalls()) {
            for effect in [DiskFault.Effect.error(.noSpace), .error(.inputOutput)] {
                let log = try Self.full(seed: UInt64(calls))
                log.disk.fail(after: calls, effect)
                Self.play(log)
                #expect(log.disk.violations.isEmpty)
                log.disk.repair()
                try log.reopen("call \(calls) failed")
                for _ in 0..<12 { try #require(log.settle(size: 3_000) == nil, "call \(calls)") }
                try log.reopen(on: log.disk.powerCut(.nothing), "call \(calls) failed, power cut")
            }
        }
    }

    @Test(.tags(.r37)) func aLogOpensOnAFullDiskWithoutAReserveAndRefusesEventsUntilItHasOne() throws {
        let log = try SettlingLog()
        for name in Reserve.names { try log.disk.remove(LogFixture.path(name)) }
        log.fillDisk()
        try log.reopen()
        let refusal = try #require(log.publish())
        #expect(refusal.code == .noSpace)
        #expect(log.settle() == nil, "what room there is, is for settlements")
        log.disk.spaceLimit = nil
        #expect(log.publish() == nil)
        #expect(try Self.names(log) == Reserve.names)
    }

    @Test(.tags(.r37)) func whatTheReserveHoldsBeforeItIsASegmentIsNeverRead() throws {
        let log = try SettlingLog()
        for _ in 0..<30 { log.publish() }
        let bytes = try log.disk.durableBytes(log.fixture.newestPath)
        for name in Reserve.names { try log.disk.replace(LogFixture.path(name), with: bytes) }
        try log.reopen()
        log.fillDisk()
        log.fillUp()
        for _ in 0..<300 { try #require(log.settle() == nil) }
        try log.reopen(on: log.disk.powerCut(.nothing))
    }

    @Test(.tags(.r37)) func theReserveGrowsWithTheState() throws {
        let fixture = try LogFixture()
        fixture.delegate.nextCheckpoint = [LogFixture.payload(1, size: 30_000)]
        fixture.append(0..<60, size: 300)
        for name in Reserve.names {
            #expect(try fixture.disk.liveBytes(LogFixture.path(name)).count >= 4 * 30_000)
        }
        // Without space for a longer reserve the roll is refused, before anything was changed.
        fixture.delegate.nextCheckpoint = [LogFixture.payload(1, size: 60_000)]
        fixture.disk.spaceLimit = fixture.disk.usedBytes + (300 << 10)
        var failure: LogError?
        var number = 60
        while failure == nil, number < 3_000 {
            failure = fixture.append(LogFixture.payload(number, size: 300)).failure
            number += 1
        }
        #expect(failure?.code == .noSpace)
        #expect(fixture.queueSettlementsAndCommit([1]).firstSequence != nil)
        fixture.disk.spaceLimit = nil
        #expect(fixture.append([1]).firstSequence != nil)
    }

    /// Every publish that is refused would cost a walk over all state.
    @Test(.tags(.r37)) func aRefusedPublishTakesNoCheckpoint() throws {
        let log = try SettlingLog()
        log.fillDisk()
        log.fillUp()
        let taken = log.fixture.delegate.checkpointsTaken
        for _ in 0..<20 { #expect(log.publish()?.code == .noSpace) }
        #expect(log.fixture.delegate.checkpointsTaken == taken)
    }

    @Test(.tags(.r37)) func whereALongSegmentDoesNotFitAShortOneDoes() throws {
        let fixture = try LogFixture(segmentBytes: (16 << 10)...(1 << 20))
        fixture.append(0..<100, size: 1_000)
        fixture.disk.spaceLimit = fixture.disk.usedBytes + (40 << 10)
        let before = fixture.log.tail
        for number in 0..<2_000 where fixture.append(LogFixture.payload(number, size: 1_000)).firstSequence == nil {
            break
        }
        #expect(fixture.log.tail > before + 20)
        #expect(fixture.delegate.failures.isEmpty)
    }
}

extension LogFixture {
    fileprivate func queueSettlementsAndCommit(_ payload: [UInt8]) -> TestTicket {
        let ticket = queueSettlements(payload)
        commit()
        return ticket
    }

    /// A copy of the store may have left out the blocks of the manifest that its content does not need yet.
    @Test(.tags(.r37)) func withoutRoomForTheManifestASettlementIsRefusedAndNothingHasFailed() throws {
        let log = try SettlingLog()
        while log.fixture.segmentNames.count < 100 { try #require(log.publish(size: 9_000) == nil) }
        for name in ["MANIFEST-A", "MANIFEST-B"] {
            let bytes = try log.disk.durableBytes(LogFixture.path(name))
            try log.disk.replace(LogFixture.path(name), with: Array(bytes.prefix(4_096)))
        }
        log.fillDisk()
        try log.reopen()
        // The files that the process before had open are gone with it.
        log.fillDisk()
        var refusal: LogError?
        for _ in 0..<20 where refusal == nil { refusal = log.settle(size: 3_000) }
        #expect(refusal?.code == .noSpace)
        #expect(log.fixture.delegate.failures.isEmpty)
        log.disk.spaceLimit = nil
        #expect(log.settle(size: 3_000) == nil)
        try log.reopen(on: log.disk.powerCut(.nothing))
    }
}
