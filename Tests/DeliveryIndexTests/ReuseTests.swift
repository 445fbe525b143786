@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

/// The process is killed and started again on the same run of the machine.
@Suite struct ReuseTests {
    @Test(.tags(.r26)) func locksAndTokensSurviveAndKeepTheirDeadlines() throws {
        let harness = try IndexHarness(events: 10_000)
        let held = try harness.receive(9_000)
        harness.clock.advance(by: .seconds(59))
        try harness.kill()
        #expect(harness.origin == .reused)
        #expect(harness.index.audit() == [])
        #expect(held.allSatisfy { harness.check($0) == .genuine })
        #expect(harness.acknowledge(Array(held[0..<4_500])).allSatisfy { $0 == .genuine })
        #expect(harness.index.floor == 4_501)
        #expect(try harness.receive(1).map(\.sequence) == [9_001])
        harness.clock.advance(by: .seconds(1))
        #expect(harness.expire() == 4_500)
        #expect(harness.index.audit() == [])
    }

    @Test func delaysQueuesAndCountersSurvive() throws {
        let harness = try IndexHarness(events: 100)
        let held = try harness.receive(60)
        harness.release(Array(held[0..<10]))
        harness.release(Array(held[10..<20]), seconds: 10)
        harness.acknowledge(Array(held[20..<30]))
        try harness.kill()
        #expect(harness.origin == .reused)
        #expect((harness.index.availableCount, harness.index.delayedCount, harness.index.lockedCount) == (10, 10, 30))
        #expect(harness.index.audit() == [])
        harness.clock.advance(by: .seconds(10) - .milliseconds(1))
        #expect(harness.expire() == 0)
        harness.clock.advance(by: .milliseconds(2))
        #expect(harness.expire() == 10)
        #expect(try harness.receive(1).map(\.sequence) == [1])
    }

    @Test func locksThatRanOutWhileTheProcessWasDownAreAvailable() throws {
        let harness = try IndexHarness(events: 10)
        let held = try harness.receive(10)
        harness.clock.advance(by: .seconds(60))
        try harness.kill()
        #expect(harness.origin == .reused)
        #expect(harness.check(held[0]) == .lost)
        #expect(try harness.receive(10).map(\.deliveryCount) == Array(repeating: 2, count: 10))
    }

    @Test(arguments: [0, 24, 25, 49, 50, 100])
    func locksOfAProcessThatWasDownForDaysHaveRunOut(days: Int) throws {
        let harness = try IndexHarness(events: 10)
        _ = try harness.receive(5)
        harness.release(try harness.receive(5), seconds: 3_600)
        harness.clock.advance(by: .seconds(86_400 * days + 7_200))
        try harness.kill()
        #expect(harness.origin == .reused)
        #expect(harness.index.availableCount == 10)
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r21)) func answerInTheLogButNotFinishedIsSettledByReplay() throws {
        let harness = try IndexHarness(events: 4)
        let held = try harness.receive(4)
        let (logged, _) = harness.begin(.acknowledge, [held[0].token])
        harness.append(logged)
        let (delayed, _) = harness.begin(
            .release(delayMilliseconds: 10_000, wallTime: harness.clock.wallTime), [held[1].token])
        harness.append(delayed)
        _ = harness.begin(.acknowledge, [held[2].token])
        try harness.kill()
        #expect((1...4).map { harness.state($0) } == [.settled, .delayed, .locked, .locked])
        #expect(harness.index.audit() == [])
        #expect(held.map { harness.check($0) } == [.lost, .lost, .genuine, .genuine])
    }

    @Test func answerNotInTheLogWhoseLockRanOutIsAvailable() throws {
        let harness = try IndexHarness(events: 1)
        let held = try harness.receive()
        _ = harness.begin(.acknowledge, held.map(\.token))
        harness.clock.advance(by: .seconds(61))
        try harness.kill()
        #expect(harness.state(1) == .available)
        #expect(harness.index.audit() == [])
    }

    @Test(.tags(.r29)) func replayNeverTakesANewerDeliveryBack() throws {
        let harness = try IndexHarness(events: 2)
        harness.release(try harness.receive(2))
        let second = try harness.receive(2)
        // The log says: delivered, released, delivered. The slots say: locked for the second time.
        try harness.kill()
        #expect(second.map { harness.check($0) } == [.genuine, .genuine])
        let (settlement, _) = harness.begin(.acknowledge, [second[0].token])
        _ = settlement
        try harness.kill()
        // The first release must not be taken for the answer under way.
        #expect(harness.check(second[0]) == .genuine)
    }

    @Test func freedChunksInTheMiddleStaySettled() throws {
        let harness = try IndexHarness(events: 30_000)
        let held = try harness.receive(30_000)
        harness.acknowledge(held.filter { $0.sequence >= 4_096 && $0.sequence < 20_480 })
        harness.takeCheckpoint()
        try harness.kill()
        #expect(harness.origin == .reused)
        #expect(harness.state(5_000) == .settled && harness.state(20_479) == .settled)
        #expect(harness.index.lockedCount == 30_000 - 16_384)
        #expect(harness.index.audit() == [])
    }

    @Test func replayIsIdempotent() throws {
        let harness = try IndexHarness(events: 1_000)
        let held = try harness.receive(500)
        harness.acknowledge(held.filter { $0.sequence % 2 == 0 })
        harness.release(held.filter { $0.sequence % 10 == 1 })
        harness.log += harness.log
        try harness.kill()
        #expect(harness.index.audit() == [])
        #expect((harness.index.lockedCount, harness.index.availableCount) == (200, 50))
        try harness.powerCut()
        #expect(harness.index.audit() == [])
        #expect(harness.index.availableCount == 250)
    }

    @Test(.tags(.r40)) func anotherRunOfTheMachineDiscardsEveryFile() throws {
        for seed in 0..<20 as Range<UInt64> {
            let harness = try IndexHarness(events: 10_000)
            let held = try harness.receive(9_000)
            harness.acknowledge(Array(held[100..<8_000]))
            harness.disk.writeBackSome()
            try harness.powerCut(.seeded(seed))
            #expect(harness.origin != .reused)
            #expect(harness.index.epoch == 2)
            #expect(harness.index.floor == 1 && harness.index.cursor == 9_001)
            #expect(harness.index.availableCount == 1_100 && harness.index.lockedCount == 0)
            #expect(held.allSatisfy { harness.check($0) == .lost })
            #expect(harness.index.audit() == [])
        }
    }

    @Test(.tags(.r26)) func tokenOfBeforeAPowerCutIsLostThoughItsGenerationComesAgain() throws {
        let harness = try IndexHarness(events: 1)
        let before = try harness.receive()
        try harness.powerCut()
        let after = try harness.receive()
        #expect(before[0].token.generation == after[0].token.generation)
        #expect(harness.acknowledge(before) == [.lost])
        #expect(harness.check(after[0]) == .genuine)
    }

    @Test(.tags(.r30)) func filesOfAnotherSubscriptionTopicOrStoreAreDiscarded() throws {
        for change in 0..<4 {
            let harness = try IndexHarness(events: 10)
            let held = try harness.receive(5)
            switch change {
            case 0: harness.identity.storeLow += 1
            case 1: harness.identity.storeHigh += 1
            case 2: harness.identity.topic += 1
            default: harness.identity.subscription += 1
            }
            try harness.kill()
            #expect(harness.origin == .rebuilt(.damaged))
            #expect(harness.check(held[0]) != .genuine)
            #expect(try harness.receive(10).count == 10)
        }
    }

    @Test func processThatDiesWhileItRebuildsLeavesNothingToTrust() throws {
        let harness = try IndexHarness(events: 10)
        harness.acknowledge(try harness.receive(5))
        harness.disk = harness.disk.powerCut(.everything)
        harness.clock.reboot()
        // Opened, but its recovery never finished.
        let options = IndexOptions(
            fileSystem: harness.disk, directory: IndexHarness.directory, identity: harness.identity,
            bootIdentity: harness.clock.bootIdentity, freshEpoch: 9, start: 1, tail: 11, bootTime: 0, wallTime: 0,
            settings: harness.settings)
        let origin = try SubscriptionIndex.open(options).origin
        #expect(origin == .rebuilt(.otherBoot))
        try harness.kill()
        #expect(harness.origin == .rebuilt(.unfinished))
        #expect(harness.index.floor == 6)
    }
}
