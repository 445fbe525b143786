@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct ReleaseTests {
    @Test func aSegmentIsGivenUpOnlyWhenAllOfItLiesBelow() throws {
        let fixture = try LogFixture()
        let payloads = fixture.append(0..<150, size: 300)
        let point = try #require(fixture.log.firstReleasePoint)
        fixture.log.release(before: point - 1)
        fixture.commit()
        #expect(fixture.log.firstSequence == 1)
        fixture.log.release(before: point)
        fixture.commit()
        #expect(fixture.log.firstSequence == point)
        #expect(try fixture.log.frame(containing: point - 1) == nil)
        #expect(try fixture.readAll() == Array(payloads[(Int(point) - 1)...]))
        try fixture.powerCut(.nothing)
        #expect(fixture.log.firstSequence == point)
        #expect(try fixture.readAll() == Array(payloads[(Int(point) - 1)...]))
    }

    @Test func theActiveSegmentIsNeverGivenUp() throws {
        let fixture = try LogFixture()
        fixture.append(0..<100, size: 300)
        fixture.log.release(before: .max)
        fixture.commit()
        #expect(fixture.segmentNames.count == 1)
        #expect(fixture.log.firstReleasePoint == nil)
        #expect(fixture.append([1]).firstSequence == 101)
        try fixture.reopen()
        #expect(fixture.log.tail == 102)
    }

    @Test func theBlocksOfAGivenUpSegmentBecomeTheNextOne() throws {
        let fixture = try LogFixture()
        fixture.append(0..<80, size: 300)
        let used = fixture.disk.usedBytes
        var number = 80
        for _ in 0..<20 {
            fixture.log.release(before: fixture.log.tail)
            fixture.commit()
            let next = fixture.segmentNames.last
            while fixture.segmentNames.last == next {
                fixture.append(number..<number + 1, size: 300)
                number += 1
            }
        }
        #expect(fixture.log.writer.active.segment.header.isRecycled)
        #expect(fixture.disk.usedBytes <= used)
        // No file was made in all these rolls: create is called for the first segments and the manifests only.
        let created = fixture.disk.history.filter { $0.call == .create }.map(\.path)
        #expect(created.filter { $0.hasSuffix("spare.segment") }.count <= 2)
        let tail = fixture.log.tail
        try fixture.powerCut(.nothing)
        #expect(fixture.log.tail == tail)
    }

    @Test(.tags(.r38)) func theSpaceOfGivenUpSegmentsIsFreeWhenTheyAreLetGoOf() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        let sealed = fixture.segmentNames.count - 1
        let used = fixture.disk.usedBytes
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        // The first one becomes the spare: only its mapping goes.
        let space = (sealed - 1) * (16 << 10)
        #expect(fixture.log.releasedBytes == space)
        #expect(fixture.disk.usedBytes == used)
        #expect(fixture.log.freeReleasedSpace())
        #expect(fixture.disk.usedBytes == used - space)
        #expect(fixture.log.releasedBytes == nil)
        #expect(!fixture.log.freeReleasedSpace())
    }

    @Test(.tags(.r38)) func theSpaceOfAGivenUpSegmentIsGivenBackPieceByPieceUntilNothingIsLeft() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        let used = fixture.disk.usedBytes
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        let space = try #require(fixture.log.releasedBytes)
        var steps: [Int] = []
        while fixture.log.releasedBytes != nil {
            let before = fixture.disk.usedBytes
            fixture.log.freeReleasedSpace(atMost: 4 << 10)
            steps.append(before - fixture.disk.usedBytes)
        }
        // The first step lets go of the mapping of what became the spare.
        #expect(steps == [0] + Array(repeating: 4 << 10, count: space / (4 << 10)))
        #expect(fixture.disk.usedBytes == used - space)
    }

    @Test(.tags(.r38)) func aReaderKeepsAllOfAGivenUpSegmentThatItLooksAt() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        let second = try #require(fixture.log.sealedSegments.dropFirst().first)
        let frame = try #require(try fixture.log.frame(containing: second.sequences.lowerBound))
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        // All goes but what is read.
        for _ in 0..<100 { fixture.log.freeReleasedSpace(atMost: 4 << 10) }
        #expect(fixture.log.releasedBytes == 16 << 10)
        try frame.verify()
        #expect(frame.payload.array() == LogFixture.payload(Int(second.sequences.lowerBound) - 1, size: 300))
    }

    @Test(.tags(.r37, .r38)) func whenSettlementsHaveTakenTheReserveEventsFindTheSpaceOfGivenUpSegments() throws {
        let fixture = try LogFixture()
        fixture.append(0..<600, size: 300)
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        #expect(fixture.log.releasedBytes ?? 0 > 0)
        fixture.disk.spaceLimit = fixture.disk.usedBytes
        var groups = 0
        while !fixture.log.writer.active.segment.header.isReserve, groups < 1_000 {
            let ticket = fixture.queueSettlements([UInt8](repeating: 7, count: 800))
            fixture.commit()
            #expect(ticket.failure == nil)
            groups += 1
        }
        #expect(fixture.log.writer.active.segment.header.isReserve)
        #expect(fixture.log.releasedBytes == nil, "the space was given back when it was needed")
        for number in 0..<30 {
            #expect(fixture.append(LogFixture.payload(number, size: 300)).firstSequence != nil, "event \(number)")
        }
    }

    @Test(.tags(.r02)) func aFileOfAGivenUpSegmentIsNotSyncedAgainAfterAnError() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        fixture.log.freeReleasedSpace(atMost: 4 << 10)
        let left = try #require(fixture.log.releasedBytes)
        fixture.disk.fail(.synchronize, .error(.inputOutput))
        fixture.log.freeReleasedSpace(atMost: 4 << 10)
        #expect(fixture.log.releasedBytes == left - (16 << 10), "all of that file went at once")
        #expect(fixture.disk.violations.isEmpty)
        #expect(fixture.append([1]).firstSequence != nil, "the log is not concerned")
    }

    @Test(.tags(.r37, .r38)) func aRollTakesTheSpaceOfGivenUpSegmentsBeforeItRefuses() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        fixture.disk.spaceLimit = fixture.disk.usedBytes
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        // Nobody let go of them in the background; without their space there is room for one more segment, the spare.
        let before = fixture.log.tail
        fixture.append(200..<320, size: 300)
        #expect(fixture.log.tail == before + 120)
    }

    @Test(.tags(.r42)) func aReaderOfAGivenUpSegmentStillSeesItsBytes() throws {
        let fixture = try LogFixture()
        let payloads = fixture.append(0..<150, size: 300)
        let held = try #require(try fixture.log.frame(containing: 3))
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        #expect(try fixture.log.frame(containing: 3) == nil)
        // The rolls that follow would write over the blocks if they had been recycled.
        fixture.append(150..<400, size: 300)
        #expect(held.payload.array() == payloads[2])
        try held.verify()
    }

    @Test func aTrimmedFrameIsFollowedByNothingAndDoesNotTrap() throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        let point = try #require(fixture.log.firstReleasePoint)
        let last = try #require(try fixture.log.frame(containing: point - 1))
        let inside = try #require(try fixture.log.frame(containing: 1))
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        #expect(try fixture.log.frame(after: last) == nil)
        #expect(try fixture.log.frame(after: inside)?.firstSequence == 2)
    }

    @Test(.tags(.r21)) func atLevelWrittenTheSettlementsThatFreedASegmentAreDurableBeforeItGoes() throws {
        let fixture = try LogFixture()
        fixture.append(0..<100, size: 300)
        fixture.log.level = .written
        fixture.queueSettlements([7, 7, 7])
        fixture.commit()
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        #expect(fixture.log.firstSequence > 1)
        try fixture.powerCut(.nothing)
        #expect(fixture.replayed().map(\.payload).last == [7, 7, 7])
    }

    @Test(.tags(.r02, .r07), arguments: [StorageError.Code.inputOutput, .noSpace])
    func aFailedSyncOfTheDirectoryAfterAReleaseFailsTheLog(code: StorageError.Code) throws {
        let fixture = try LogFixture()
        fixture.append(0..<150, size: 300)
        fixture.disk.fail(.syncDirectory, on: LogFixture.directory, .error(code))
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        #expect(fixture.disk.faultsLeft == 0)
        #expect(fixture.delegate.failures.map(\.code) == [.failed])
        #expect(fixture.append([1]).failure?.code == .failed)
        try fixture.powerCut(.nothing)
        #expect(fixture.log.tail == 151)
        #expect(fixture.append([1]).firstSequence == 151)
    }

    /// That a sync failed for want of space does not mean that nothing has changed.
    @Test(.tags(.r02, .r37)) func aManifestWhoseSyncFailsOnAFullDiskFailsTheLogThatReleases() throws {
        for name in ["MANIFEST-A", "MANIFEST-B"] {
            let fixture = try LogFixture()
            fixture.append(0..<150, size: 300)
            fixture.disk.fail(.synchronize, on: name, .error(.noSpace))
            fixture.log.release(before: fixture.log.tail)
            fixture.commit()
            #expect(fixture.delegate.failures.map(\.code) == [.failed])
            try fixture.powerCut(.nothing)
            let first = Int(fixture.log.firstSequence) - 1
            #expect(try fixture.readAll().count == 150 - first)
        }
    }

    @Test func aQuietCycleWithNothingToTrimTouchesNoFile() throws {
        let fixture = try LogFixture()
        fixture.append(0..<60, size: 300)
        fixture.log.release(before: fixture.log.tail)
        fixture.commit()
        let calls = fixture.disk.count()
        fixture.log.release(before: 2)
        fixture.commit()
        #expect(fixture.disk.count() == calls)
    }

    @Test(.tags(.r05, .r19)) func aReleaseThatIsCutOffAtAnyCallTakesNothingThatTheManifestNames() throws {
        for calls in 0..<30 {
            for survival in [Survival.everything, .nothing, .seeded(UInt64(calls))] {
                let fixture = try LogFixture()
                let payloads = fixture.append(0..<150, size: 300)
                fixture.disk.powerOff(afterCalls: calls)
                fixture.log.release(before: fixture.log.tail)
                fixture.commit()
                try fixture.powerCut(survival)
                let first = Int(fixture.log.firstSequence) - 1
                #expect(try fixture.readAll() == Array(payloads[first...]), "after \(calls) calls")
            }
        }
    }
}
