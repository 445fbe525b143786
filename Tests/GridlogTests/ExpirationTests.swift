import Storage
import TestSupport
import Testing

@testable import Gridlog

/// `expirationTimeUtc`: when an event subscription is deleted.
struct ExpirationTests {
    let test: TestBroker
    let topic: Topic

    init() throws {
        test = try TestBroker()
        topic = try test.broker.putTopic("orders").topic
    }

    private func subscribe(in seconds: UInt64?) throws -> EventSubscription {
        let time = seconds.map { test.clock.wallTime + $0 * 1_000_000_000 }
        return try topic.putSubscription("reader", SubscriptionSettings(expirationTime: time)).subscription
    }

    @Test func aSubscriptionIsDeletedWhenItsTimeHasComeAndNotBefore() throws {
        let subscription = try subscribe(in: 10)
        _ = try topic.putSubscription("other")
        try test.publish(1, to: topic)
        for _ in 0..<9 { test.keepHouse() }
        #expect(try subscription.take().count == 1)
        for _ in 0..<2 { test.keepHouse() }
        #expect(topic.subscriptions.map(\.name) == ["other"])
        #expect(throws: GridlogError.self) { try subscription.receive(maxEvents: 1) }
        #expect(test.notices.withLock { $0.count } == 1)
        try test.cutPowerAndReopen()
        #expect(test.broker.topic("orders")?.subscriptions.map(\.name) == ["other"])
    }

    @Test func timeThatPassedWhileNothingRanCountsToo() throws {
        _ = try subscribe(in: 10)
        test.clock.advance(by: .seconds(20))
        try test.killAndReopen()
        test.keepHouse()
        #expect(test.broker.topic("orders")?.subscriptions.isEmpty == true)
    }

    @Test func aLaterTimeOrNoneIsObeyed() throws {
        _ = try subscribe(in: 5)
        _ = try subscribe(in: 100)
        for _ in 0..<10 { test.keepHouse() }
        #expect(topic.subscriptions.count == 1)
        _ = try subscribe(in: nil)
        test.clock.advance(by: .seconds(1_000))
        test.keepHouse()
        #expect(topic.subscriptions.count == 1)
    }

    @Test func aTimeInThePastIsRefused() throws {
        let error = #expect(throws: GridlogError.self) { try subscribe(in: 0) }
        #expect(error?.code == .invalidArgument)
        #expect(topic.subscriptions.isEmpty)
    }
}
