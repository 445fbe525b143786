@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

@Suite struct SettleTests {
    @Test func acknowledgedEventsAreGoneAndTheFloorFollows() throws {
        let harness = try IndexHarness(events: 100)
        let held = try harness.receive(100)
        #expect(harness.acknowledge(Array(held[50...])).allSatisfy { $0 == .genuine })
        #expect(harness.index.floor == 1)
        harness.acknowledge(Array(held[..<50]))
        #expect(harness.index.floor == 101)
        #expect(try harness.receive(10).isEmpty)
        #expect(harness.index.audit() == [])
    }

    @Test func consecutiveAcknowledgementsAreOneRun() throws {
        let harness = try IndexHarness(events: 100)
        let held = try harness.receive(100)
        let (settlement, _) = harness.begin(.acknowledge, held.map(\.token))
        #expect(settlement.runs.count == 1 && settlement.count == 100)
        let block = ByteBlock(capacity: 64)
        settlement.append(to: block)
        #expect(block.count == 8 + 24)
    }

    @Test func releaseAtOnceMakesAvailableAndKeepsTheCount() throws {
        let harness = try IndexHarness(events: 1)
        let first = try harness.receive()
        #expect(harness.release(first) == [.genuine])
        #expect(harness.index.availableCount == 1)
        let second = try harness.receive()
        #expect(second.map(\.deliveryCount) == [2])
        #expect(second[0].token.generation != first[0].token.generation)
    }

    @Test(arguments: [10, 60, 600, 3_600] as [UInt64])
    func delayNeverEndsEarlyAndEndsOnTheMillisecond(seconds: UInt64) throws {
        let harness = try IndexHarness(events: 1)
        harness.clock.advance(by: .nanoseconds(1))
        harness.release(try harness.receive(), seconds: seconds)
        #expect(harness.index.delayedCount == 1)
        harness.clock.advance(by: .seconds(Int(seconds)))
        #expect(try harness.receive().isEmpty)
        harness.clock.advance(by: .milliseconds(1))
        #expect(try harness.receive().map(\.deliveryCount) == [2])
        #expect(harness.index.audit() == [])
    }

    @Test func releaseOrRejectAtTheLastDeliveryEndsTheEventWhateverDelayWasAsked() throws {
        let harness = try IndexHarness(events: 2, maxDeliveryCount: 2)
        harness.release(try harness.receive(2))
        let last = try harness.receive(2)
        let (settlement, outcomes) = harness.begin(
            .release(delayMilliseconds: 3_600_000, wallTime: harness.clock.wallTime), last.map(\.token))
        #expect(outcomes == [.genuine, .genuine])
        #expect(settlement.runs.map(\.operation) == [.rejected])
        harness.append(settlement)
        harness.index.finish(settlement, now: harness.now)
        #expect(harness.index.floor == 3)
        #expect(harness.index.audit() == [])
    }

    @Test func expiryAtTheLastDeliveryDropsTheEvent() throws {
        let harness = try IndexHarness(events: 3, maxDeliveryCount: 1)
        _ = try harness.receive(3)
        harness.clock.advance(by: .seconds(60))
        #expect(harness.index.expire(now: harness.now).madeAvailable == 0)
        let drops = try #require(harness.takeDrops())
        #expect(drops.count == 3 && drops.runs.map(\.operation) == [.rejected])
        #expect(harness.takeDrops() == nil)
        #expect(harness.index.settlingCount == 3)
        harness.index.finish(drops, now: harness.now)
        #expect(harness.index.floor == 4)
        #expect(harness.index.audit() == [])
    }

    @Test func dropThatCouldNotBeLoggedIsTriedAgainAndNeverDelivered() throws {
        let harness = try IndexHarness(events: 1, maxDeliveryCount: 1)
        let held = try harness.receive()
        harness.clock.advance(by: .seconds(60))
        _ = harness.index.expire(now: harness.now)
        let drops = try #require(harness.takeDrops())
        // Nobody is woken for it: it would be dropped, rolled back and woken for again without end.
        #expect(harness.index.rollBack(drops, now: harness.now) == 0)
        #expect(harness.check(held[0]) == .lost)
        #expect(harness.index.availableCount == 1)
        #expect(try harness.receive().isEmpty)
        #expect(harness.index.floor == 2)
    }

    @Test func loweredDeliveryCountAppliesToEventsThatWait() throws {
        let harness = try IndexHarness(events: 2)
        for _ in 0..<3 { harness.release(try harness.receive(2)) }
        harness.index.settings.maxDeliveryCount = 3
        #expect(try harness.receive(2).isEmpty)
        #expect(harness.index.floor == 3)
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r35)) func failedWriteTakesTheSlotBackIntoItsLockWithItsOldDeadline() throws {
        let harness = try IndexHarness(events: 3)
        let held = try harness.receive(3)
        harness.clock.advance(by: .seconds(30))
        let (settlement, _) = harness.begin(.acknowledge, held.map(\.token))
        #expect(held.allSatisfy { harness.check($0) == .lost })
        harness.clock.advance(by: .seconds(29))
        #expect(harness.index.rollBack(settlement, now: harness.now) == 0)
        #expect(held.allSatisfy { harness.check($0) == .genuine })
        #expect(harness.index.audit() == [])
        harness.clock.advance(by: .seconds(1))
        #expect(harness.expire() == 3)
        #expect(try harness.receive(3).map(\.deliveryCount) == [2, 2, 2])
    }

    @Test(.tags(.r35)) func failedWriteAfterTheDeadlineMakesAvailable() throws {
        let harness = try IndexHarness(events: 2)
        let held = try harness.receive(2)
        let (settlement, _) = harness.begin(.reject, held.map(\.token))
        harness.clock.advance(by: .seconds(60))
        #expect(harness.expire() == 0)
        #expect(harness.index.settlingCount == 2)
        #expect(harness.index.rollBack(settlement, now: harness.now) == 2)
        #expect(harness.index.audit() == [])
        #expect(try harness.receive(2).count == 2)
    }

    @Test(.tags(.r31)) func rollBackWithAnOlderTimeThanAnExpiryLeavesNoLockWithoutARing() throws {
        let harness = try IndexHarness(events: 1)
        let held = try harness.receive()
        let (settlement, _) = harness.begin(.acknowledge, held.map(\.token))
        let before = harness.now
        harness.clock.advance(by: .seconds(60))
        harness.expire()
        harness.index.rollBack(settlement, now: before)
        #expect(harness.index.audit() == [])
        #expect(harness.index.availableCount == 1)
    }

    @Test(.tags(.r31, .r35)) func rolledBackLockIsStillOnItsRingHoweverOftenTheRingWasSwept() throws {
        let harness = try IndexHarness(events: 100_000)
        let held = try harness.receive(1)
        let (settlement, _) = harness.begin(.acknowledge, held.map(\.token))
        for _ in 0..<100 { harness.acknowledge(try harness.receive(200)) }
        harness.index.rollBack(settlement, now: harness.now)
        #expect(harness.index.audit() == [])
        harness.clock.advance(by: .seconds(60))
        #expect(harness.expire() == 1)
    }

    @Test func settlementWhoseLockRunsOutMeanwhileIsNotExpired() throws {
        let harness = try IndexHarness(events: 1)
        let held = try harness.receive()
        let (settlement, _) = harness.begin(.acknowledge, held.map(\.token))
        harness.clock.advance(by: .seconds(3_600))
        #expect(harness.expire() == 0)
        harness.index.finish(settlement, now: harness.now)
        #expect(harness.index.floor == 2)
    }

    @Test func finishingTwiceChangesNothing() throws {
        let harness = try IndexHarness(events: 2)
        let held = try harness.receive(2)
        let (settlement, _) = harness.begin(.release(delayMilliseconds: 0, wallTime: 0), held.map(\.token))
        #expect(harness.index.finish(settlement, now: harness.now) == 2)
        #expect(harness.index.finish(settlement, now: harness.now) == 0)
        #expect(harness.index.audit() == [])
    }
}
