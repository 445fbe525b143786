@testable import EventLog
import Storage
import TestSupport
import Testing

/// Segments given up in the middle: a stuck event pins its own segment only.
@Suite struct GapTests {
    /// Some segments of which the second and third, and another one, are given up.
    private static func store() throws -> (fixture: LogFixture, gone: [SegmentSummary]) {
        let fixture = try LogFixture()
        fixture.append(0..<240, size: 300)
        let all = fixture.log.sealedSegments
        try #require(all.count >= 5)
        let gone = [all[1], all[2], all[all.count - 1]]
        fixture.log.release(Set(gone.map(\.id)))
        fixture.commit()
        return (fixture, gone)
    }

    private static func check(_ fixture: LogFixture, _ gone: [SegmentSummary]) throws {
        let log = fixture.log
        let missing = gone[0].sequences.lowerBound..<gone[1].sequences.upperBound
        #expect(log.firstSequence == 1)
        #expect(log.sealedSegments.allSatisfy { segment in !gone.contains { $0.id == segment.id } })
        for sequence in 1..<log.tail {
            let frame = try log.frame(containing: sequence)
            #expect((frame == nil) == gone.contains { $0.sequences.contains(sequence) })
            if let frame { #expect(frame.payload.array() == LogFixture.payload(Int(sequence) - 1, size: 300)) }
            let expected =
                sequence < missing.upperBound
                ? missing : sequence < gone[2].sequences.upperBound ? gone[2].sequences : nil
            #expect(log.gap(atOrAfter: sequence) == expected)
        }
        let last = try #require(try log.frame(containing: missing.lowerBound - 1))
        #expect(try log.frame(after: last) == nil)
        #expect(log.gap(atOrAfter: log.tail) == nil)
        #expect(log.gap(atOrAfter: 0) == missing)
    }

    @Test(.tags(.r31)) func segmentsInTheMiddleGoAndTheOthersAreRead() throws {
        let (fixture, gone) = try Self.store()
        try Self.check(fixture, gone)
        #expect(gone.allSatisfy { !fixture.segmentNames.contains(Segment.name($0.id)) })
        try fixture.reopen()
        try Self.check(fixture, gone)
        try fixture.powerCut(.nothing)
        try Self.check(fixture, gone)
    }

    @Test func aLogWithoutGapsHasNone() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        #expect(fixture.log.gap(atOrAfter: 0) == nil)
        fixture.log.release(before: 70)
        fixture.commit()
        #expect(fixture.log.gap(atOrAfter: 0) == nil)
        #expect(fixture.log.firstSequence > 1)
        try fixture.reopen()
        #expect(fixture.log.gap(atOrAfter: 0) == nil)
    }

    @Test func aGapEndsWhenEverythingBeforeItIsGivenUp() throws {
        let (fixture, gone) = try Self.store()
        fixture.log.release([fixture.log.sealedSegments[0].id])
        fixture.commit()
        #expect(fixture.log.firstSequence == gone[1].sequences.upperBound)
        #expect(fixture.log.gap(atOrAfter: 0) == gone[2].sequences)
        fixture.log.release(Set(fixture.log.sealedSegments.map(\.id)))
        fixture.commit()
        #expect(fixture.log.gap(atOrAfter: 0) == nil)
        #expect(fixture.log.firstSequence == gone[2].sequences.upperBound)
    }

    @Test func idsOfNoSealedSegmentAreIgnoredAlsoLater() throws {
        let fixture = try LogFixture()
        fixture.append(0..<60, size: 300)
        let active = fixture.log.writer.active.segment.header.id
        let calls = fixture.disk.count()
        fixture.log.release([0, active, active + 1, .max])
        fixture.commit()
        #expect(fixture.disk.count() == calls)
        fixture.append(60..<150, size: 300)
        #expect(try fixture.readAll().count == 150)
    }

    @Test func blocksFromTheMiddleAreTheNextSegment() throws {
        let fixture = try LogFixture()
        var payloads = fixture.append(0..<150, size: 300)
        for number in 0..<6 {
            let all = fixture.log.sealedSegments
            let middle = all[all.count / 2]
            fixture.log.release([middle.id])
            fixture.commit()
            while fixture.log.sealedSegments.last?.id == all.last?.id {
                payloads += fixture.append(payloads.count..<payloads.count + 1, size: 300 + number)
            }
        }
        #expect(fixture.log.writer.active.segment.header.isRecycled)
        for survival in [Survival.everything, .nothing] {
            try fixture.powerCut(survival)
            let found = try fixture.readFrames()
            #expect(found.count > 50)
            for (sequence, payload) in found { #expect(payload == payloads[Int(sequence) - 1]) }
            #expect(fixture.log.tail == UInt64(payloads.count + 1))
        }
    }

    /// The manifest gave it up, and the power failed before its name went.
    @Test(.tags(.r19)) func aGivenUpFileInAGapThatStillHasItsNameIsRemoved() throws {
        let fixture = try LogFixture()
        fixture.append(0..<200, size: 300)
        let middle = fixture.log.sealedSegments[1]
        let path = LogFixture.path(Segment.name(middle.id))
        let bytes = try fixture.disk.durableBytes(path)
        fixture.log.release([middle.id])
        fixture.commit()
        try fixture.disk.replace(path, with: bytes)
        try fixture.reopen()
        #expect(try !fixture.disk.names(in: LogFixture.directory).contains(Segment.name(middle.id)))
        #expect(fixture.log.gap(atOrAfter: 1) == middle.sequences)
        try fixture.powerCut(.nothing)
        let names = try fixture.disk.names(in: LogFixture.directory)
        #expect(!names.contains(Segment.name(middle.id)))
        #expect(!names.contains { $0.hasSuffix(".aside") })
    }

    @Test(.tags(.r18)) func aMissingSegmentBesideAGapIsNamedAtOpen() throws {
        let (fixture, _) = try Self.store()
        for name in fixture.segmentNames {
            let disk = fixture.disk.powerCut(.everything)
            try disk.remove(LogFixture.path(name))
            let error = #expect(throws: LogError.self) { try LogFixture(on: disk) }
            #expect(error?.code == .damaged)
            #expect(error?.file == LogFixture.path(name))
        }
    }

    @Test(.tags(.r18)) func aManifestWhoseSegmentsAreNotInOrderIsRefused() throws {
        let (fixture, _) = try Self.store()
        fixture.log.close()
        let (manifest, content) = try Manifest.open(in: LogFixture.directory, fixture.disk)
        let bytes = try #require(content)
        let decoded = SegmentLedger(bytes.span.bytes)
        var ledger = try #require(decoded)
        ledger.segments.swapAt(1, 2)
        for _ in 0..<2 { try manifest.write(ledger.encoded().bytes) }
        let error = #expect(throws: LogError.self) { try fixture.reopen() }
        #expect(error?.code == .damaged)
    }

    @Test func aSegmentWithoutEventsGoesByItselfOnceItIsSealed() throws {
        let fixture = try LogFixture()
        fixture.append(0..<5, size: 100)
        var number = 0
        while fixture.delegate.seals.count < 5 {
            fixture.queueSettlements(LogFixture.payload(number, size: 1_000))
            fixture.commit()
            number += 1
        }
        #expect(fixture.delegate.seals[0].sequences == 1..<6)
        #expect(fixture.delegate.seals.dropFirst().allSatisfy { $0.sequences == 6..<6 })
        #expect(fixture.log.sealedSegments.map(\.id) == [1])
        #expect(fixture.segmentNames.count == 2)
        #expect(fixture.append([7]).firstSequence == 6)
        #expect(fixture.log.gap(atOrAfter: 0) == nil)
        for survival in [Survival.everything, .nothing] {
            try fixture.powerCut(survival)
            #expect(try fixture.readAll().count == 6)
        }
    }

    @Test func theOwnerIsToldOfEverySealedSegment() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        #expect(fixture.delegate.seals == fixture.log.sealedSegments)
        #expect(fixture.delegate.seals.count >= 3)
        try fixture.reopen()
        #expect(fixture.log.sealedSegments.map(\.id) == Array(1...UInt64(fixture.log.sealedSegments.count)))
        for segment in fixture.log.sealedSegments {
            let last = try #require(try fixture.log.frame(containing: segment.sequences.upperBound - 1))
            #expect(segment.lastTime >= last.appendTime)
        }
    }

    @Test func sealedSegmentsAreTheSameAfterReopening() throws {
        let (fixture, _) = try Self.store()
        let before = fixture.log.sealedSegments
        try fixture.reopen()
        #expect(fixture.log.sealedSegments == before)
    }

    @Test(.tags(.r37)) func onAFullDiskAReleaseIsTriedAgainWithTheNextGroup() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        fixture.disk.fail(.write, on: "MANIFEST-A", .error(.noSpace))
        fixture.disk.fail(.write, on: "MANIFEST-B", .error(.noSpace))
        let middle = fixture.log.sealedSegments[1]
        fixture.log.release([middle.id])
        // Passed from now on, and there until the manifest can be written.
        #expect(fixture.log.gap(atOrAfter: 1) == middle.sequences)
        fixture.commit()
        #expect(fixture.log.sealedSegments.contains(middle))
        for _ in 0..<3 { fixture.append([1]) }
        #expect(!fixture.log.sealedSegments.contains(middle))
        #expect(fixture.log.gap(atOrAfter: 1) == middle.sequences)
        #expect(fixture.delegate.failures.isEmpty)
    }
}
