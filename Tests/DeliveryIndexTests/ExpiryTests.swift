@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

@Suite struct ExpiryTests {
    @Test(.tags(.r36), arguments: [0, 1, 999_999] as [Int])
    func lockHoldsToTheNanosecondBeforeAndEndsWithinAMillisecond(offset: Int) throws {
        let harness = try IndexHarness(events: 1)
        harness.clock.advance(by: .nanoseconds(offset))
        let held = try harness.receive()
        harness.clock.advance(by: .seconds(60) - .nanoseconds(1))
        #expect(harness.expire() == 0)
        #expect(harness.check(held[0]) == .genuine)
        harness.clock.advance(by: .milliseconds(1))
        #expect(harness.check(held[0]) == .lost)
        #expect(harness.expire() == 1)
        #expect(try harness.receive().map(\.deliveryCount) == [2])
    }

    @Test(.tags(.r29)) func theSequenceThatComesBackIsTheOneThatWasLocked() throws {
        let harness = try IndexHarness(events: 1_000)
        var held: [IndexHarness.Held] = []
        for _ in 0..<10 {
            held += try harness.receive(100)
            harness.clock.advance(by: .seconds(1))
        }
        harness.acknowledge(held.filter { $0.sequence % 3 != 0 })
        harness.clock.advance(by: .seconds(60))
        #expect(try harness.receive(1_000).map(\.sequence) == (1...1_000).filter { $0 % 3 == 0 })
    }

    @Test(.tags(.r36)) func steppedWallClockNeitherExpiresNorExtendsALock() throws {
        let harness = try IndexHarness(events: 2)
        let held = try harness.receive(2)
        harness.release([held[1]], seconds: 60)
        harness.clock.stepWall(by: .seconds(86_400))
        #expect(harness.expire() == 0)
        harness.clock.stepWall(by: .seconds(-172_800))
        harness.clock.advance(by: .seconds(61))
        #expect(harness.expire() == 2)
        #expect(harness.check(held[0]) == .lost)
    }

    @Test func nextDeadlineIsThatOfALiveLockAndThereIsNoneWhenIdle() throws {
        let harness = try IndexHarness(events: 10)
        #expect(harness.index.nextDeadline() == nil)
        let first = try harness.receive()
        harness.clock.advance(by: .seconds(1))
        let second = try harness.receive()
        #expect(harness.index.nextDeadline() == harness.now + 59_000_000_000)
        harness.acknowledge(first)
        #expect(harness.index.nextDeadline() == harness.now + 60_000_000_000)
        harness.acknowledge(second)
        #expect(harness.index.nextDeadline() == nil)
        #expect(harness.index.rings.entries == 0)
    }

    @Test func renewedLockHoldsALockDurationFromNow() throws {
        let harness = try IndexHarness(events: 1)
        let held = try harness.receive()
        harness.clock.advance(by: .seconds(59))
        #expect(harness.renew(held[0]) == .genuine)
        harness.clock.advance(by: .seconds(59))
        #expect(harness.expire() == 0)
        #expect(harness.check(held[0]) == .genuine)
        #expect(harness.index.audit() == [])
        harness.clock.advance(by: .seconds(1))
        #expect(harness.expire() == 1)
        #expect(harness.renew(held[0]) == .lost)
    }

    @Test func renewalEndsAnHourAfterTheDeliveryBegan() throws {
        let harness = try IndexHarness(events: 1, lockSeconds: 300)
        let held = try harness.receive()
        for _ in 0..<14 {
            harness.clock.advance(by: .seconds(250))
            #expect(harness.renew(held[0]) == .genuine)
        }
        harness.clock.advance(by: .seconds(100))
        #expect(harness.renew(held[0]) == .genuine)
        harness.clock.advance(by: .milliseconds(1))
        #expect(harness.renew(held[0]) == .lost)
        // The lock itself runs on to its end, 3,900 s after it began.
        harness.clock.advance(by: .seconds(300) - .milliseconds(2))
        #expect(harness.expire() == 0)
        #expect(harness.acknowledge(held) == [.genuine])
    }

    @Test func nextDeliveryHasAnHourOfItsOwn() throws {
        let harness = try IndexHarness(events: 1)
        _ = try harness.receive()
        harness.clock.advance(by: .seconds(3_601))
        let held = try harness.receive()
        harness.clock.advance(by: .seconds(10))
        #expect(harness.renew(held[0]) == .genuine)
    }

    @Test(.tags(.r31)) func changedLockDurationAppliesFromNowOnAndRunningLocksKeepTheirs() throws {
        let harness = try IndexHarness(events: 400, lockSeconds: 300)
        var ends: [(held: IndexHarness.Held, end: UInt64)] = []
        for seconds in [300, 1, 120, 2, 300, 60, 1] as [UInt64] {
            harness.index.settings.lockDurationMilliseconds = seconds * 1_000
            for _ in 0..<20 {
                for held in try harness.receive(2) { ends.append((held, harness.now + seconds * 1_000_000_000)) }
                harness.clock.advance(by: .milliseconds(7))
            }
            #expect(harness.index.audit() == [])
        }
        #expect(harness.index.rings.count <= 5)
        var last: UInt64 = 0
        for (held, end) in ends where end > harness.now {
            last = max(last, end)
            #expect(harness.check(held) == .genuine)
        }
        while harness.now <= last {
            harness.clock.advance(by: .milliseconds(100))
            harness.expire()
            #expect(ends.allSatisfy { (harness.check($0.held) == .genuine) == ($0.end > harness.now) })
        }
        #expect(harness.index.lockedCount == 0)
        #expect(harness.index.audit() == [])
    }

    @Test func onePassIsBoundedAndSaysThatMoreIsDue() throws {
        let harness = try IndexHarness(events: 100)
        _ = try harness.receive(100)
        harness.clock.advance(by: .seconds(60))
        let pass = harness.index.expire(now: harness.now, limit: 30)
        #expect(pass.madeAvailable == 30 && pass.moreDue)
        #expect(harness.expire() == 70)
        #expect(harness.index.audit() == [])
    }

    /// Slots hold 32 bits of a deadline, which come again after 49 days; one pass does not reach every lock.
    @Test(.tags(.r36), arguments: [1, 24, 25, 37, 49, 60, 75, 100] as [Int])
    func aLockThatRanOutLongAgoIsLostThoughNoPassHasReachedIt(days: Int) throws {
        let harness = try IndexHarness(events: 100)
        let held = try harness.receive(100)
        harness.clock.advance(by: .seconds(days * 86_400))
        _ = harness.index.expire(now: harness.now, limit: 30)
        #expect(harness.check(held[99]) == .lost)
        #expect(harness.renew(held[99]) == .lost)
        #expect(harness.begin(.acknowledge, [held[99].token]).outcomes == [.lost])
        #expect(harness.expire() == 70)
        #expect(harness.index.audit() == [])
    }

    /// What is promised of release builds: there, receiving and expiring them takes 0.2 s together. Debug builds do not
    /// inline, and are some fifty times slower.
    private static var aMillionExpiriesMax: Duration {
        #if DEBUG
        .seconds(20)
        #else
        .seconds(1)
        #endif
    }

    @Test(.tags(.r28)) func aMillionLocksWithOneDeadlineExpireInUnderASecondAndNoneIsLost() throws {
        let harness = try IndexHarness(events: 1_000_000)
        var locked = 0
        while case let held = try harness.receive(1_000), !held.isEmpty { locked += held.count }
        #expect(locked == 1_000_000 && harness.index.lockedCount == 1_000_000)
        harness.clock.advance(by: .seconds(60))
        var made = 0
        let time = ContinuousClock().measure { made = harness.expire() }
        #expect(made == 1_000_000)
        #expect(time < Self.aMillionExpiriesMax, "\(time)")
        #expect(harness.index.availableCount == 1_000_000 && harness.index.lockedCount == 0)
    }
}
