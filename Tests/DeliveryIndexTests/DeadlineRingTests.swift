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
