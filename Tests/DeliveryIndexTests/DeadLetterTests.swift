import Storage
import TestSupport
import Testing

@testable import DeliveryIndex

/// Events between their last delivery and the dead-letter destination.
@Suite struct DeadLetterTests {
    private func harness(
        events: UInt64 = 4, maxDeliveryCount: Int = 10
    ) throws -> IndexHarness {
        let harness = try IndexHarness(events: events, maxDeliveryCount: maxDeliveryCount)
        harness.settings.hasDeadLetterDestination = true
        harness.index.settings = harness.settings
        return harness
    }

    /// Copies everything that waits, as a broker whose destination answers.
    private func copy(_ harness: IndexHarness) -> [PendingDeadLetter] {
        let taken = harness.index.takePending(limit: 1_000)
        let settlement = harness.index.settlement(of: taken)
        harness.append(settlement)
        harness.index.finish(settlement, now: harness.now)
        return taken
    }

    @Test(.tags(.r36)) func aRejectedEventWaitsForItsCopyAndIsNotHandedOutMeanwhile() throws {
        let harness = try harness()
        let held = try harness.receive(2)
        harness.reject([held[0]])
        #expect(harness.index.state(of: 1) == .deadLetterPending)
        #expect(harness.index.floor == 1)
        #expect(try harness.receive(10).map(\.sequence) == [3, 4])
        #expect(copy(harness).map(\.reason) == [.rejected])
        #expect(harness.index.floor == 2)
        #expect(harness.index.audit().isEmpty)
    }

    @Test(.tags(.r27)) func theLastDeliveryEndsInThePendingStateByExpiryAndByRelease() throws {
        let harness = try harness(events: 2, maxDeliveryCount: 1)
        let held = try harness.receive(2)
        harness.release([held[0]], seconds: 10)
        harness.clock.advance(by: .seconds(61))
        harness.expire()
        #expect(harness.index.deadLetterPendingCount == 2)
        let copied = copy(harness)
        #expect(copied.map(\.sequence) == [1, 2])
        #expect(copied.allSatisfy { $0.reason == .deliveryCount && $0.deliveryCount == 1 })
        #expect(harness.index.floor == 3)
    }

    /// What was asked for: never lost between the two.
    @Test(.tags(.r36), arguments: [true, false])
    func aPendingEventIsPendingAfterAnyCrashUntilItsCopyIsSettled(isPowerCut: Bool) throws {
        let harness = try harness()
        harness.reject([try harness.receive()[0]])
        let taken = harness.index.takePending(limit: 10)
        #expect(taken.count == 1)
        if isPowerCut { try harness.powerCut() } else { try harness.kill() }
        #expect(harness.index.state(of: 1) == .deadLetterPending)
        #expect((harness.origin == .reused) != isPowerCut)
        let again = copy(harness)
        #expect(again.map(\.sequence) == [1])
        #expect(again[0].reason == .rejected)
        #expect(again[0].deliveryCount == 1)
        if isPowerCut { try harness.powerCut() } else { try harness.kill() }
        #expect(harness.index.state(of: 1) == .settled)
        #expect(copy(harness).isEmpty)
    }

    @Test func aCheckpointKeepsWhyAnEventWaitsForItsCopy() throws {
        let harness = try harness(events: 3, maxDeliveryCount: 1)
        let held = try harness.receive(2)
        harness.reject([held[0]])
        harness.release([held[1]], seconds: 0)
        harness.index.lapsedBelow = 4
        try harness.index.lapse()
        let taken = harness.index.takeLapses()
        let lapses = try #require(taken)
        harness.append(lapses)
        harness.index.finish(lapses, now: harness.now)
        harness.takeCheckpoint()
        try harness.powerCut()
        let pending = harness.index.takePending(limit: 10)
        #expect(pending.map(\.reason) == [.rejected, .deliveryCount, .timeToLive])
        #expect(pending.map(\.deliveryCount) == [1, 1, 0])
        #expect(harness.index.audit().isEmpty)
    }

    @Test func ofEventsPastTheirTimeToLiveThoseThatMatchAreCopied() throws {
        let harness = try harness(events: 6)
        harness.index.lapsedBelow = 5
        let handedOut = try harness.receive(10) { $0 % 2 == 0 ? .deliver : .filtered }
        #expect(handedOut.map(\.sequence) == [6])
        let taken = harness.index.takeLapses()
        let lapses = try #require(taken)
        harness.append(lapses)
        harness.index.finish(lapses, now: harness.now)
        #expect(copy(harness).map(\.sequence) == [2, 4])
        #expect(harness.index.floor == 6)
    }

    @Test func anEventThatCouldNotBeCopiedComesAgain() throws {
        let harness = try harness()
        harness.reject(try harness.receive(2))
        let first = harness.index.takePending(limit: 1)
        let second = harness.index.takePending(limit: 10)
        #expect(second.map(\.sequence) == [2])
        harness.index.returnPending(first)
        let again = harness.index.takePending(limit: 10)
        #expect(again == first)
    }

    @Test func aSettlementThatTheLogRefusedLeavesTheEventPending() throws {
        let harness = try harness()
        harness.reject([try harness.receive()[0]])
        let settlement = harness.index.settlement(of: harness.index.takePending(limit: 10))
        harness.index.rollBack(settlement, now: harness.now)
        #expect(copy(harness).map(\.sequence) == [1])
    }

    @Test func whatRetentionTookIsNotCopied() throws {
        let harness = try harness()
        harness.reject(try harness.receive(2))
        harness.index.retire(below: 2)
        #expect(copy(harness).map(\.sequence) == [2])
        #expect(harness.index.audit().isEmpty)
    }

    /// Replay begins before a checkpoint when settlements were under way: what is older than the checkpoint changes nothing.
    @Test(.tags(.r25)) func anOlderRecordDoesNotTakeAPendingEventBack() throws {
        let harness = try harness(events: 1)
        harness.release(try harness.receive())
        let older = harness.log
        harness.index.lapsedBelow = 2
        _ = try harness.receive()
        let taken = harness.index.takeLapses()
        let lapses = try #require(taken)
        harness.append(lapses)
        harness.index.finish(lapses, now: harness.now)
        harness.takeCheckpoint()
        harness.log = older
        try harness.powerCut()
        #expect(harness.index.state(of: 1) == .deadLetterPending)
    }
}
