@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct PackingTests {
    private func store() throws -> (fixture: LogFixture, payloads: [[UInt8]]) {
        let fixture = try LogFixture()
        return (fixture, fixture.appendTexts(0..<200, size: 300))
    }

    @Test func theOldestIsPackedFirstAndTheNewestSealedNever() throws {
        let (fixture, _) = try store()
        let sealed = fixture.segmentNames.dropLast()
        for position in 1..<sealed.count {
            let outcome = try fixture.log.packNextColdSegment(olderThan: 0)
            guard case .packed(let id, let from, let to) = outcome else {
                Issue.record("not packed: \(String(describing: outcome))")
                continue
            }
            #expect(id == UInt64(position))
            #expect(from == 16 << 10)
            #expect(to < from / 2)
            #expect(fixture.packedNames.count == position)
        }
        #expect(try fixture.log.packNextColdSegment(olderThan: 0) == nil)
        #expect(fixture.segmentNames.count == 2)
    }

    @Test func aSegmentIsTakenOnlyWhenItIsOldEnough() throws {
        let (fixture, _) = try store()
        let hour: UInt64 = 3_600_000_000_000
        #expect(try fixture.log.packNextColdSegment(olderThan: hour) == nil)
        fixture.clock.advance(by: .seconds(3_599))
        #expect(try fixture.log.packNextColdSegment(olderThan: hour) == nil)
        fixture.clock.advance(by: .seconds(2))
        #expect(try fixture.log.packNextColdSegment(olderThan: hour) != nil)
        // A wall clock that was set back makes nothing old.
        fixture.clock.stepWall(by: .seconds(-90_000))
        #expect(try fixture.log.packNextColdSegment(olderThan: 0) == nil)
        fixture.clock.stepWall(by: .seconds(90_000))
        try fixture.reopen()
        #expect(try fixture.log.packNextColdSegment(olderThan: hour) != nil)
    }

    @Test func whatDoesNotCompressStaysAsItIsAndIsNotTriedTwice() throws {
        let fixture = try LogFixture(segmentBytes: (64 << 10)...(64 << 10))
        let payloads = fixture.append(0..<80, size: 3_000)
        let names = fixture.segmentNames
        var outcomes: [PackOutcome] = []
        while let outcome = try fixture.log.packNextColdSegment(olderThan: 0) { outcomes.append(outcome) }
        #expect(outcomes == (1...UInt64(names.count - 2)).map { .notWorthIt(segment: $0) })
        let calls = fixture.disk.count()
        #expect(try fixture.log.packNextColdSegment(olderThan: 0) == nil)
        #expect(fixture.disk.count() == calls)
        #expect(fixture.segmentNames == names)
        #expect(try fixture.disk.names(in: LogFixture.directory).allSatisfy { !$0.hasSuffix(".packing") })
        #expect(try fixture.readAll() == payloads)
    }

    @Test func packedSegmentsAreGivenUpLikeOthers() throws {
        let (fixture, payloads) = try store()
        try fixture.packAll()
        let third = fixture.log.reading.withLock { $0.sealed[2].baseSequence }
        fixture.log.release(before: third)
        fixture.commit()
        #expect(fixture.packedNames.first == PackedFile.name(3))
        #expect(fixture.log.firstSequence == third)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == Array(payloads[(Int(third) - 1)...]))
        fixture.log.release(before: .max)
        fixture.commit()
        #expect(fixture.packedNames.isEmpty)
        try fixture.reopen()
        #expect(fixture.append([1]).firstSequence == UInt64(payloads.count) + 1)
    }

    @Test func aSegmentThatIsGivenUpMeanwhileLeavesNoFile() throws {
        let (fixture, payloads) = try store()
        let log = fixture.log
        // The committer's thread gives it up just before it would be shown: both wait in the same cycle.
        log.release([1])
        #expect(try log.packNextColdSegment(olderThan: 0) == .released(segment: 1))
        #expect(fixture.packedNames.isEmpty)
        #expect(try fixture.disk.names(in: LogFixture.directory).allSatisfy { !$0.hasSuffix(".packing") })
        #expect(try fixture.readAll() == Array(payloads[(Int(log.firstSequence) - 1)...]))
        try fixture.reopen()
        #expect(try fixture.readAll() == Array(payloads[(Int(log.firstSequence) - 1)...]))
    }

    @Test func aLogThatWasClosedPacksNothing() throws {
        let (fixture, payloads) = try store()
        fixture.log.close()
        let calls = fixture.disk.count()
        #expect(try fixture.log.packNextColdSegment(olderThan: 0) == nil)
        #expect(fixture.disk.count() == calls)
        try fixture.reopen()
        try fixture.packAll()
        #expect(try fixture.readAll() == payloads)
    }

    /// With a committer's thread, two readers and an appender beside the one that packs.
    @Test func readersAndPublishersGoOnWhilePacking() throws {
        let (fixture, payloads) = try store()
        let log = fixture.log
        // How many segments the appender fills depends on the groups; the newest is not packed.
        let sealedBefore = log.sealedSegments.count
        try fixture.committer.start()
        let wrong = Guarded(0)
        let isDone = Guarded(false)
        let readers = try (0..<2).map { number in
            try WorkerThread("read") {
                var random = SeededRandom(seed: UInt64(number))
                while !isDone.withLock({ $0 }) {
                    let sequence = UInt64.random(in: 1...UInt64(payloads.count), using: &random)
                    let frame = try? log.frame(containing: sequence)
                    let isRight = (try? frame?.verify()) != nil && frame?.payload.array() == payloads[Int(sequence) - 1]
                    if !isRight { wrong.withLock { $0 += 1 } }
                }
            }
        }
        let appender = try WorkerThread("append") {
            let tickets = (0..<300).map { number in
                let ticket = TestTicket()
                log.appendEvents(FrameBuffer(LogFixture.text(number, size: 300)), count: 1, ticket: ticket)
                return ticket
            }
            // Until then they need not have filled a segment.
            for ticket in tickets { ticket.wait() }
        }
        var packed = 0
        while let outcome = try log.packNextColdSegment(olderThan: 0) {
            if case .packed = outcome { packed += 1 }
        }
        appender.join()
        while let outcome = try log.packNextColdSegment(olderThan: 0) {
            if case .packed = outcome { packed += 1 }
        }
        isDone.withLock { $0 = true }
        for reader in readers { reader.join() }
        #expect(wrong.withLock { $0 } == 0)
        #expect(sealedBefore > 3 && packed >= sealedBefore)
        log.close()
        fixture.committer.stop()
        try fixture.reopen()
        #expect(try fixture.readAll().count == payloads.count + 300)
    }

    /// The log is closed at any moment of a packing: neither waits for the other for ever, and the directory is left alone.
    @Test func closingWhilePackingEndsBoth() throws {
        for round in 0..<20 {
            let (fixture, payloads) = try store()
            let log = fixture.log
            try fixture.committer.start()
            let begun = Guarded(0)
            let packer = try WorkerThread("pack") {
                begun.withLock { $0 = 1 }
                while case .some(.some) = try? log.packNextColdSegment(olderThan: 0) { begun.withLock { $0 += 1 } }
            }
            while begun.withLock({ $0 }) <= round % 4 && !log.hasFailed && round > 3 {
                if fixture.packedNames.count >= 3 { break }
            }
            log.close()
            let calls = fixture.disk.count()
            packer.join()
            #expect(fixture.disk.count() == calls)
            fixture.committer.stop()
            try fixture.reopen()
            #expect(try fixture.readAll() == payloads)
        }
    }
}
