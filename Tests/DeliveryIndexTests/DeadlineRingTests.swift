@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

@Suite struct DeadlineRingTests {
    @Test(.tags(.r31)) func aMillionRenewalsOfOneLockStayWithinTheBound() throws {
        var rings = DeadlineRings()
        var peak = 0
        for deadline in UInt64(1)...1_000_000 {
            rings.append(deadline: deadline, first: 7, count: 1) { $1 == deadline }
            peak = max(peak, rings.entries)
        }
        #expect(peak <= 2 * DeadlineRing.sweepFloor)
        #expect(rings.all.contains { $0.deadline == 1_000_000 })
    }

    @Test func staleEntriesBehindAnHourOfDelaysAreSwept() throws {
        let harness = try IndexHarness(events: 1_000_000)
        // One lock stays at the head of the ring while a million others come and go behind it.
        _ = try harness.receive(1)
        for _ in 0..<2_000 { harness.acknowledge(try harness.receive(100)) }
        #expect(harness.index.rings.covered <= 3 * DeadlineRing.sweepFloor)
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r31)) func auditFindsALockedSlotWithoutADeadlineOrWithTwo() throws {
        let harness = try IndexHarness(events: 3)
        _ = try harness.receive(3)
        let rings = harness.index.rings
        let deadline = try #require(rings.all.first).deadline
        harness.index.rings.removeAll()
        #expect(harness.index.audit() == (1...3).map { "\($0) is locked but on no ring" })
        // Nothing but the high half tells the two apart.
        harness.index.rings = rings
        harness.index.rings.append(deadline: deadline + (1 << 32), first: 2, count: 1) { _, _ in true }
        #expect(harness.index.audit() == ["2 is locked with 2 deadlines"])
        // An entry of another deadline is dead.
        harness.index.rings = rings
        harness.index.rings.append(deadline: deadline + 1, first: 2, count: 1) { _, _ in true }
        #expect(harness.index.audit() == [])
    }

    /// How many entries speak of a sequence with the deadline of its slot.
    private func liveEntries(_ harness: IndexHarness, _ sequence: UInt64) -> Int {
        harness.index.rings.all.count {
            ($0.first..<$0.end).contains(sequence) && harness.index.window.isAlive(sequence, $0.deadline)
        }
    }

    @Test(.tags(.r31)) func everyLockAndDelayHasOneEntryWhateverCameBefore() throws {
        let harness = try IndexHarness(events: 1)
        for _ in 0..<4 {
            let held = try harness.receive()
            #expect(liveEntries(harness, 1) == 1)
            // Renewed at once, it keeps its deadline and needs no other entry.
            #expect(harness.renew(held[0]) == .genuine)
            #expect(liveEntries(harness, 1) == 1)
            harness.clock.advance(by: .milliseconds(5))
            #expect(harness.renew(held[0]) == .genuine)
            #expect(liveEntries(harness, 1) == 1)
            #expect(harness.release(held, seconds: 10) == [.genuine])
            #expect(liveEntries(harness, 1) == 1)
            #expect(harness.index.audit() == [])
            harness.clock.advance(by: .seconds(11))
        }
    }

    @Test func sweepKeepsEveryLiveSequence() {
        var random = SeededRandom(seed: 3)
        var rings = DeadlineRings()
        var live: [UInt64: UInt64] = [:]
        for step in UInt64(1)...20_000 {
            let first = random.next(upperBound: UInt64(5_000))
            for sequence in first..<first + 3 { live[sequence] = step }
            rings.append(deadline: step, first: first, count: 3) { live[$0] == $1 }
            if random.chance(1, in: 2) { live[first + 1] = nil }
        }
        var found: [UInt64: UInt64] = [:]
        var last: UInt64 = 0
        while let entry = rings.takeEarliest(2) {
            #expect(entry.deadline >= last)
            last = entry.deadline
            for sequence in entry.first..<entry.end where live[sequence] == entry.deadline { found[sequence] = last }
        }
        let isSame = found == live
        #expect(isSame)
        #expect(rings.covered == 0 && rings.entries == 0 && rings.earliest == .max)
    }

    @Test func ringsAreAsManyAsDurationsThatRun() {
        var random = SeededRandom(seed: 5)
        var rings = DeadlineRings()
        let durations: [UInt64] = [60_000, 10_000, 60_000, 600_000, 3_600_000]
        for now in UInt64(0)..<50_000 {
            let duration = durations.randomElement(using: &random) ?? 0
            rings.append(deadline: now + duration, first: now, count: 1) { _, _ in true }
            while rings.takeDue(at: now, limit: 10) != nil {}
        }
        #expect(rings.count == 4)
    }
}
