import Storage
import TestSupport
import Testing

@testable import Gridlog

private final class Waiter: ReceiveWaiter {
    let wakes = Guarded(0)

    func wake() { wakes.withLock { $0 += 1 } }
    var count: Int { wakes.withLock { $0 } }
}

/// Receivers that wait.
struct WaitingTests {
    let test: TestBroker
    let topic: Topic
    let subscription: EventSubscription

    init() throws {
        test = try TestBroker()
        topic = try test.broker.putTopic("orders").topic
        subscription = try topic.putSubscription("billing").subscription
    }

    @Test func publishWakesTheOneWhoWaitedLongest() throws {
        let first = Waiter()
        let second = Waiter()
        #expect(try subscription.receive(maxEvents: 1, orWait: first).isEmpty)
        #expect(try subscription.receive(maxEvents: 1, orWait: second).isEmpty)
        try test.publish(1, to: topic)
        #expect((first.count, second.count) == (1, 0))
    }

    @Test func receiverThatLeavesEventsBehindWakesTheNext() throws {
        let first = Waiter()
        let second = Waiter()
        _ = try subscription.receive(maxEvents: 1, orWait: first)
        _ = try subscription.receive(maxEvents: 1, orWait: second)
        try test.publish(2, to: topic)
        #expect(try subscription.receive(maxEvents: 1, orWait: first).count == 1)
        #expect(second.count == 1)
    }

    @Test func wakeOfAWaiterThatLeftGoesToTheNext() throws {
        let first = Waiter()
        let second = Waiter()
        _ = try subscription.receive(maxEvents: 1, orWait: first)
        _ = try subscription.receive(maxEvents: 1, orWait: second)
        try test.publish(1, to: topic)
        #expect(!subscription.stopWaiting(first), "it was woken already")
        #expect(second.count == 1)
    }

    @Test func waiterThatLeftIsNotWoken() throws {
        let waiter = Waiter()
        _ = try subscription.receive(maxEvents: 1, orWait: waiter)
        #expect(subscription.stopWaiting(waiter))
        try test.publish(1, to: topic)
        #expect(waiter.count == 0)
    }

    @Test func releaseWakesAWaiter() throws {
        try test.publish(1, to: topic)
        let token = try #require(try subscription.take().first?.token)
        let waiter = Waiter()
        _ = try subscription.receive(maxEvents: 1, orWait: waiter)
        try test.settle(.release(.none), [token], on: subscription)
        #expect(waiter.count == 1)
    }

    @Test func endOfALockWakesAWaiterWithin50Milliseconds() throws {
        try test.publish(1, to: topic)
        _ = try subscription.take()
        let waiter = Waiter()
        _ = try subscription.receive(maxEvents: 1, orWait: waiter)
        test.clock.advance(by: .seconds(60) - .milliseconds(1))
        _ = test.broker.timers.runOnce(waiting: false)
        #expect(waiter.count == 0)
        test.clock.advance(by: .milliseconds(51))
        _ = test.broker.timers.runOnce(waiting: false)
        #expect(waiter.count == 1)
        #expect(try subscription.take().map(\.count) == [2])
    }

    @Test func lockRenewedForAShorterTimeWakesAWaiterWhenItEnds() throws {
        try test.publish(1, to: topic)
        var tokens = subscription.lockTokens()
        tokens.append(try #require(try subscription.take().first).token)
        let waiter = Waiter()
        _ = try subscription.receive(maxEvents: 1, orWait: waiter)
        try topic.putSubscription("billing", SubscriptionSettings(receiveLockDurationInSeconds: 1))
        #expect(try subscription.renewLocks(tokens) == [.succeeded])
        test.clock.advance(by: .milliseconds(1_050))
        _ = test.broker.timers.runOnce(waiting: false)
        #expect(waiter.count == 1)
    }

    @Test func endOfADelayWakesAWaiterWithin50Milliseconds() throws {
        try test.publish(1, to: topic)
        try test.settle(.release(.tenSeconds), try subscription.take().map(\.token), on: subscription)
        let waiter = Waiter()
        _ = try subscription.receive(maxEvents: 1, orWait: waiter)
        test.clock.advance(by: .seconds(10) + .milliseconds(50))
        _ = test.broker.timers.runOnce(waiting: false)
        #expect(waiter.count == 1)
    }

    @Test func deletedSubscriptionWakesEverybodyWhoWaits() throws {
        let waiters = (0..<3).map { _ in Waiter() }
        for waiter in waiters { _ = try subscription.receive(maxEvents: 1, orWait: waiter) }
        #expect(try topic.deleteSubscription("billing"))
        #expect(waiters.map(\.count) == [1, 1, 1])
        #expect(throws: GridlogError.self) { try subscription.receive(maxEvents: 1) }
    }

    @Test func tenThousandWaitersAreWokenOneEventEach() throws {
        let waiters = (0..<10_000).map { _ in Waiter() }
        for waiter in waiters { _ = try subscription.receive(maxEvents: 1, orWait: waiter) }
        for waiter in waiters.prefix(5_000) { #expect(subscription.stopWaiting(waiter)) }
        try test.publish(1, to: topic)
        #expect(waiters.reduce(0) { $0 + $1.count } == 1)
        #expect(waiters[5_000].count == 1)
    }
}
