@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

@Suite struct ScaleTests {
    /// The best time of several rounds of receiving and acknowledging 2,000 new events, with so many held by others.
    private func bestRound(locked: Int) throws -> Duration {
        let harness = try IndexHarness(events: UInt64(locked) + 1_000_000)
        var left = locked
        while left > 0 { left -= try harness.receive(min(left, 10_000)).count }
        #expect(harness.index.lockedCount == locked)
        var best = Duration.seconds(1_000)
        for _ in 0..<20 {
            let time = try ContinuousClock().measure {
                for _ in 0..<20 { harness.acknowledge(try harness.receive(100)) }
            }
            best = min(best, time)
        }
        #expect(harness.index.lockedCount == locked)
        return best
    }

    @Test(.tags(.r34)) func receiveAndAcknowledgeCostTheSameWithAMillionEventsLockedAsWithAThousand() throws {
        let few = try bestRound(locked: 1_000)
        let many = try bestRound(locked: 1_000_000)
        // Equal but for caches; the machine may be busy with something else.
        #expect(many < few * 3)
    }

    @Test(.tags(.r34)) func ringsLookAtABoundedNumberOfEntriesPerLock() throws {
        var looked = 0
        var rings = DeadlineRings()
        for step in UInt64(1)...100_000 {
            rings.append(deadline: step, first: step * 10, count: 10) { sequence, _ in
                looked += 1
                return sequence % 10 == 0
            }
        }
        #expect(looked <= 4 * 1_000_000)
    }

    @Test(.tags(.r32)) func filesAreBoundedByTheWindowNotByWhatWasEverReceived() throws {
        let harness = try IndexHarness(events: 300_000)
        while case let held = try harness.receive(5_000), !held.isEmpty {
            harness.acknowledge(held)
            #expect(try harness.disk.names(in: IndexHarness.directory).count <= 1 + 3 + ChunkFiles.sparesMax)
        }
        #expect(harness.index.floor == 300_001)
    }
}
