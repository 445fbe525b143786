@testable import EventLog
import Storage
import TestSupport
import Testing

@Suite struct FullDiskTests {
    @Test(.tags(.r37)) func withoutSpaceForASegmentAppendsFailAndGoOnWhenThereIsSpaceAgain() throws {
        let fixture = try LogFixture()
        fixture.disk.spaceLimit = fixture.disk.usedBytes
        var answered: [[UInt8]] = []
        var refused = 0
        for number in 0..<60 {
            let payload = LogFixture.payload(number, size: 300)
            let ticket = fixture.append(payload)
            if ticket.firstSequence != nil {
                answered.append(payload)
            } else {
                #expect(ticket.failure?.code == .noSpace)
                refused += 1
            }
        }
        #expect(refused > 20)
        #expect(try fixture.readAll() == answered)
        #expect(fixture.delegate.failures.isEmpty)
        fixture.disk.spaceLimit = nil
        for number in 60..<130 {
            let payload = LogFixture.payload(number, size: 300)
            #expect(fixture.append(payload).firstSequence == UInt64(answered.count + 1))
            answered.append(payload)
        }
        #expect(try fixture.readAll() == answered)
        try fixture.powerCut(.nothing)
        #expect(try fixture.readAll() == answered)
    }

    @Test(.tags(.r37)) func whatIsShorterThanTheRefusedStillFits() throws {
        let fixture = try LogFixture()
        fixture.append(LogFixture.payload(1, size: 10_000))
        fixture.disk.spaceLimit = fixture.disk.usedBytes
        let large = fixture.queue(LogFixture.payload(2, size: 5_000))
        let settlement = fixture.queueSettlements([7])
        fixture.commit()
        #expect(large.failure?.code == .noSpace)
        #expect(settlement.firstSequence != nil)
        #expect(fixture.append([3]).firstSequence == 2)
        try fixture.powerCut(.nothing)
        #expect(fixture.replayed().map(\.payload) == [[7]])
    }

    /// A manifest of more than 125 segments needs a second block: it is found, for both files, before the old segment is ended.
    @Test(.tags(.r37)) func withoutSpaceForTheManifestTheRollIsRefusedAndNothingHasFailed() throws {
        let fixture = try LogFixture(segmentBytes: (12 << 10)...(12 << 10))
        var refused = 0
        while fixture.segmentNames.count < 132 {
            // Exactly the next segment fits.
            fixture.disk.spaceLimit = fixture.disk.usedBytes + (12 << 10)
            if fixture.append(LogFixture.payload(1, size: 7_000)).firstSequence == nil {
                refused += 1
                fixture.disk.spaceLimit = nil
                #expect(fixture.append(LogFixture.payload(1, size: 7_000)).firstSequence != nil)
            }
        }
        #expect(refused == 1, "once for the two files")
        #expect(fixture.delegate.failures.isEmpty)
        let tail = fixture.log.tail
        try fixture.powerCut(.nothing)
        #expect(fixture.log.tail == tail)
    }

    @Test(.tags(.r38)) func onAFullDiskTrimmingMakesTheSpaceThatTheNextSegmentNeeds() throws {
        let fixture = try LogFixture()
        while fixture.segmentNames.count < 4 { fixture.append(LogFixture.payload(1, size: 300)) }
        fixture.disk.spaceLimit = fixture.disk.usedBytes
        var number = 0
        while fixture.append(LogFixture.payload(number, size: 300)).firstSequence != nil { number += 1 }
        for _ in 0..<6 {
            fixture.log.release(before: fixture.log.tail)
            fixture.commit()
            #expect(fixture.append(LogFixture.payload(number, size: 300)).firstSequence != nil)
            while fixture.append(LogFixture.payload(number, size: 300)).firstSequence != nil, number < 2_000 {
                number += 1
            }
        }
        #expect(fixture.delegate.failures.isEmpty)
        let tail = fixture.log.tail
        try fixture.powerCut(.nothing)
        #expect(fixture.log.tail == tail)
    }

    @Test(.tags(.r37)) func atAnyAmountOfSpaceNothingAnsweredIsLost() throws {
        for blocks in 0..<32 {
            let disk = SimulatedDisk()
            disk.spaceLimit = blocks * 4_096
            guard let fixture = try? LogFixture(on: disk) else { continue }
            var answered: [[UInt8]] = []
            for number in 0..<120 {
                let payload = LogFixture.payload(number, size: 300)
                if fixture.append(payload).firstSequence != nil { answered.append(payload) }
            }
            #expect(try fixture.readAll() == answered)
            // It opens again although the disk is still full.
            try fixture.powerCut(.nothing)
            #expect(try fixture.readAll() == answered)
        }
    }

    @Test(.tags(.r37)) func aCommittedGroupNeverNeedsNewBlocks() throws {
        let fixture = try LogFixture()
        fixture.disk.spaceLimit = fixture.disk.usedBytes
        #expect(fixture.append(LogFixture.payload(1, size: 11_000)).firstSequence == 1)
        fixture.idle()
        fixture.log.close()
        #expect(fixture.delegate.failures.isEmpty)
    }
}
