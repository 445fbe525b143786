@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

/// Chunk files at hand: what receiving needs while the disk is full.
@Suite struct SpareChunkTests {
    /// Receives and acknowledges everything, 100 at a time.
    private func drain(_ harness: IndexHarness) throws -> Int {
        var count = 0
        while case let held = try harness.receive(100), !held.isEmpty {
            harness.acknowledge(held)
            count += held.count
        }
        return count
    }

    private func prepare(_ harness: IndexHarness) throws {
        if let spare = harness.index.wantedSpare() { harness.index.adopt(spare, try spare.make()) }
    }

    @Test(.tags(.r37, .r38)) func onAFullDiskReceivingGoesOnAcrossChunksWithTheSpareAtHand() throws {
        let harness = try IndexHarness(events: 40_000)
        try prepare(harness)
        harness.disk.spaceLimit = harness.disk.usedBytes
        #expect(try drain(harness) == 40_000)
    }

    @Test(.tags(.r37, .r38), arguments: [false, true])
    func sparesOfAnEarlierProcessAreTakenOverBecauseAFullDiskGivesNoOthers(isPowerCut: Bool) throws {
        let harness = try IndexHarness(events: 40_000)
        try prepare(harness)
        _ = try harness.receive(10)
        try prepare(harness)
        harness.disk.spaceLimit = harness.disk.usedBytes
        // What is given back is not to be had again at once: the journal of a file system keeps it for a while.
        harness.disk.fail(.create, lasting: true, .error(.noSpace))
        if isPowerCut { try harness.powerCut(.everything) } else { try harness.kill() }
        #expect(harness.index.audit() == [])
        harness.clock.advance(by: .seconds(61))
        #expect(try drain(harness) == 40_000)
    }

    @Test(.tags(.r37, .r17)) func moreThanTheSparesCanHoldIsLockedInMemoryAndRebuiltAfterAKill() throws {
        let harness = try IndexHarness(events: 40_000)
        try prepare(harness)
        harness.disk.spaceLimit = harness.disk.usedBytes
        let held = try harness.receive(40_000)
        #expect(held.count == 40_000)
        #expect(harness.index.audit() == [])
        harness.acknowledge(held.filter { $0.sequence % 3 != 0 })
        harness.disk.spaceLimit = nil
        try harness.kill()
        #expect(harness.origin != .reused)
        #expect((1...40_000).allSatisfy { harness.state($0) == ($0 % 3 == 0 ? .available : .settled) })
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r37)) func whenChunksInMemoryAreSettledTheFilesAreTrustedAgain() throws {
        let harness = try IndexHarness(events: 40_000)
        try prepare(harness)
        harness.disk.spaceLimit = harness.disk.usedBytes
        harness.acknowledge(try harness.receive(30_000))
        harness.disk.spaceLimit = nil
        // The rest of the last chunk that has no file.
        harness.acknowledge(try harness.receive(2_767))
        let held = try harness.receive(5_000)
        try harness.kill()
        #expect(harness.origin == .reused)
        #expect(harness.index.lockedCount == held.count)
        harness.acknowledge(held)
        #expect(try drain(harness) == 40_000 - 37_767)
    }

    @Test(.tags(.r16)) func shortSpareIsNotTakenOver() throws {
        let harness = try IndexHarness(events: 10)
        try harness.disk.replace("\(IndexHarness.directory)/spare-7.slots", with: [1, 2, 3])
        try harness.kill()
        #expect(try !harness.disk.names(in: IndexHarness.directory).contains("spare-7.slots"))
        #expect(try harness.receive(10).count == 10)
    }
}
