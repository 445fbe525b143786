@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

@Suite struct CheckpointTests {
    @Test(.tags(.r21, .r27)) func powerCutForgetsLocksButNotCountsDelaysAndSettlements() throws {
        let harness = try IndexHarness(events: 1_000)
        harness.release(try harness.receive(300))
        let held = try harness.receive(400)
        harness.acknowledge(held.filter { $0.sequence % 2 == 0 })
        harness.release(held.filter { $0.sequence % 5 == 1 }, seconds: 600)
        let counts = (1...1_000).map { harness.index.deliveryCount(of: $0) }
        let states = (1...1_000).map { harness.state($0) }
        harness.takeCheckpoint()
        try harness.powerCut()
        for sequence in 1...1_000 {
            let before = states[sequence - 1]
            #expect(harness.state(UInt64(sequence)) == (before == .locked ? .available : before))
            if before != .settled { #expect(harness.index.deliveryCount(of: UInt64(sequence)) == counts[sequence - 1]) }
        }
        #expect(harness.index.audit() == [])
        harness.clock.advance(by: .seconds(599))
        #expect(harness.expire() == 0)
        harness.clock.advance(by: .seconds(2))
        #expect(harness.expire() == states.count { $0 == .delayed })
    }

    @Test(.tags(.r27)) func countsOfDeliveriesSinceTheCheckpointSurvive() throws {
        let harness = try IndexHarness(events: 1, maxDeliveryCount: 3)
        harness.takeCheckpoint()
        for delivery in 1...3 {
            #expect(try harness.receive().map(\.deliveryCount) == [delivery])
            try harness.powerCut()
        }
        #expect(try harness.receive().isEmpty)
        #expect(harness.index.floor == 2)
    }

    @Test(.tags(.r24, .r21)) func aMillionAlternatingAcknowledgementsSurviveExactly() throws {
        let harness = try IndexHarness(events: 1_000_000)
        while case let part = try harness.receive(10_000), !part.isEmpty {
            harness.acknowledge(part.filter { $0.sequence % 2 == 0 })
        }
        harness.takeCheckpoint()
        #expect(harness.checkpoint.reduce(0) { $0 + $1.count } < 2_000_000)
        try harness.powerCut(.nothing)
        #expect(harness.index.availableCount == 500_000)
        #expect((1...1_000_000).allSatisfy { harness.state($0) == ($0 % 2 == 0 ? .settled : .available) })
        #expect(harness.index.audit() == [])
        try harness.kill()
        #expect(harness.origin == .reused)
        #expect(harness.index.availableCount == 500_000)
    }

    @Test(.tags(.r24, .r21)) func checkpointInManyPartsIsTheSameAsInOne() throws {
        let harness = try IndexHarness(events: 30_000)
        harness.release(try harness.receive(9_000).filter { $0.sequence % 7 == 0 }, seconds: 60)
        harness.acknowledge(try harness.receive(15_000).filter { $0.sequence % 2 == 0 })
        let states = (1...30_000).map { harness.state($0) }
        harness.takeCheckpoint(partBytes: 1_000)
        #expect(harness.checkpoint.count > 10)
        #expect(harness.checkpoint.allSatisfy { $0.count < 1_020 })
        try harness.powerCut()
        for sequence in 1...30_000 {
            let before = states[sequence - 1]
            #expect(harness.state(UInt64(sequence)) == (before == .locked ? .available : before))
        }
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r17)) func missingPartOfACheckpointIsRefused() throws {
        let harness = try IndexHarness(events: 10_000)
        harness.acknowledge(try harness.receive(10_000).filter { $0.sequence % 2 == 0 })
        harness.takeCheckpoint(partBytes: 1_000)
        harness.checkpoint.remove(at: 2)
        #expect(throws: RecoveryFailure.self) { try harness.powerCut() }
    }

    @Test func settlementsBeyondTheCheckpointsCursorAreSkippedByTheCursor() throws {
        let harness = try IndexHarness(events: 20_000)
        harness.takeCheckpoint()
        let held = try harness.receive(15_000)
        // Not even the record of the deliveries survives.
        harness.log = []
        harness.acknowledge(held.filter { $0.sequence % 3 == 0 || $0.sequence >= 4_096 && $0.sequence < 12_288 })
        try harness.powerCut()
        #expect(harness.index.audit() == [])
        // A checkpoint, a kill and a power cut now must keep what lies beyond the cursor.
        harness.takeCheckpoint()
        try harness.kill()
        #expect(harness.origin == .reused)
        #expect(harness.index.cursor == 1 && harness.state(5_000) == .settled)
        try harness.powerCut()
        let expected = (1...20_000 as ClosedRange<UInt64>).filter {
            $0 > 15_000 || !($0 % 3 == 0 || $0 >= 4_096 && $0 < 12_288)
        }
        #expect(try harness.receive(20_000).map(\.sequence) == expected)
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r27)) func recordOfADeliveryThatComesAfterItsAnswerUndoesNothing() throws {
        let harness = try IndexHarness(events: 3)
        let held = try harness.receive(3)
        harness.acknowledge([held[0]])
        harness.release([held[1]], seconds: 600)
        harness.release([held[2]])
        harness.log.append(harness.log.removeFirst())
        try harness.powerCut()
        #expect((1...3).map { harness.state($0) } == [.settled, .delayed, .available])
        #expect((2...3).map { harness.index.deliveryCount(of: $0) } == [1, 1])
    }

    @Test func settlementsOlderThanTheCheckpointChangeNothing() throws {
        let harness = try IndexHarness(events: 10)
        harness.release(try harness.receive(10), seconds: 10)
        harness.clock.advance(by: .seconds(11))
        harness.release(try harness.receive(5))
        harness.acknowledge(try harness.receive(3))
        let log = harness.log
        let counts = (1...10).map { harness.index.deliveryCount(of: $0) }
        harness.takeCheckpoint()
        harness.log = log
        try harness.powerCut()
        for sequence in 1...10 where harness.state(UInt64(sequence)) != .settled {
            #expect(harness.index.deliveryCount(of: UInt64(sequence)) == counts[sequence - 1])
        }
        #expect(harness.index.availableCount == 7)
        #expect(harness.index.audit() == [])
    }

    @Test func delayIsNeverLongerThanAnHourHoweverTheWallClockWasSet() throws {
        let harness = try IndexHarness(events: 1)
        harness.release(try harness.receive(), seconds: 60)
        harness.takeCheckpoint()
        harness.clock.stepWall(by: .seconds(-86_400 * 365))
        try harness.powerCut()
        #expect(try harness.receive().isEmpty)
        harness.clock.advance(by: .seconds(3_601))
        #expect(try harness.receive().count == 1)
    }

    @Test(.tags(.r15)) func anyCutOrFlippedBitIsRefusedOrReadWithoutATrap() throws {
        let harness = try IndexHarness(events: 300)
        let held = try harness.receive(200)
        harness.acknowledge(held.filter { $0.sequence % 7 != 0 })
        harness.release(held.filter { $0.sequence % 7 == 0 }, seconds: 60)
        harness.takeCheckpoint()
        let good = try #require(harness.checkpoint.first)
        for length in 0..<good.count {
            harness.checkpoint = [Array(good.prefix(length))]
            #expect(throws: RecoveryFailure.self) { try harness.powerCut() }
        }
        for bit in 0..<good.count * 8 {
            var bytes = good
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            harness.checkpoint = [bytes]
            if (try? harness.powerCut()) != nil { #expect(harness.index.audit() == [], "bit \(bit)") }
        }
    }

    @Test(.tags(.r15)) func randomBytesAreRefusedOrReadWithoutATrap() throws {
        var random = SeededRandom(seed: 5)
        let harness = try IndexHarness(events: 300)
        harness.takeCheckpoint()
        let header = try #require(harness.checkpoint.first)
        for _ in 0..<300 {
            var bytes = Array(header.prefix(24)) + [200, 0, 0, 0, 0, 0, 0, 0]
            bytes += random.bytes(Int.random(in: 0..<100, using: &random))
            harness.checkpoint = [bytes]
            if (try? harness.powerCut()) != nil { #expect(harness.index.audit() == []) }
        }
    }

    @Test func checkpointOfAnotherSubscriptionIsRefused() throws {
        let harness = try IndexHarness(events: 1)
        harness.takeCheckpoint()
        harness.identity.subscription += 1
        #expect(throws: RecoveryFailure.self) { try harness.reopen() }
    }
}
