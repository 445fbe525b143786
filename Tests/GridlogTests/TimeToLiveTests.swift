import EventLog
import TestSupport
import Testing

@testable import Gridlog

/// `eventTimeToLive` (contract 2.2, decisions 12 and 17).
struct TimeToLiveTests {
    let test: TestBroker
    let topic: Topic

    init() throws {
        test = try TestBroker(segmentBytes: (16 << 10)...(16 << 10))
        topic = try test.broker.putTopic("orders").topic
    }

    private func subscribe(
        _ seconds: Int? = 60, lock: Int = 30, types: [String]? = nil
    ) throws -> EventSubscription {
        try topic.putSubscription(
            "reader",
            SubscriptionSettings(
                receiveLockDurationInSeconds: lock, eventTimeToLiveInSeconds: seconds, includedEventTypes: types)
        ).subscription
    }

    @Test func anEventIsHandedOutUpToItsTimeToLiveAndNotAfter() throws {
        let subscription = try subscribe()
        try test.publish(1, prefix: "old", to: topic)
        test.clock.advance(by: .seconds(1))
        try test.publish(1, prefix: "new", to: topic)
        test.clock.advance(by: .seconds(59))
        #expect(try subscription.peek().events.count == 2)
        test.clock.advance(by: .milliseconds(1))
        #expect(try subscription.peek().events.map(\.sequence) == [2])
        #expect(try subscription.take().map(\.id) == ["new-0"])
    }

    @Test func aReleasedEventEndsAndStaysEndedAfterAPowerCut() throws {
        let subscription = try subscribe()
        try test.publish(3, to: topic)
        let taken = try subscription.take()
        try test.settle(.release(.none), [taken[0].token, taken[1].token], on: subscription)
        test.clock.advance(by: .seconds(61))
        #expect(try subscription.take().isEmpty)
        test.commit()
        #expect(subscription.floor == 4)
        try test.cutPowerAndReopen()
        let reopened = try #require(test.broker.topic("orders")?.subscription("reader"))
        #expect(reopened.floor == 4)
        #expect(try reopened.take().isEmpty)
    }

    /// Decision 12.
    @Test func whoHoldsAnEventMaySettleItAfterItsTimeToLive() throws {
        let subscription = try subscribe(60, lock: 60)
        try test.publish(2, to: topic)
        test.clock.advance(by: .seconds(50))
        let taken = try subscription.take()
        test.clock.advance(by: .seconds(20))
        test.keepHouse()
        #expect(subscription.floor == 1)
        #expect(try test.settle(.acknowledge, [taken[0].token], on: subscription) == [.succeeded])
        #expect(try test.settle(.release(.none), [taken[1].token], on: subscription) == [.succeeded])
        #expect(try subscription.take().isEmpty)
        test.commit()
        #expect(subscription.floor == 3)
    }

    @Test func whatNobodyReceivesEndsAndGivesItsSegmentsBack() throws {
        let subscription = try subscribe()
        for _ in 0..<40 { try test.publish(10, to: topic) }
        let taken = try subscription.take(5)
        try test.settle(.release(.none), taken.map(\.token), on: subscription)
        let log = try #require(topic.openedContext).log
        let segments = log.sealedSegments.count
        #expect(segments > 2)
        test.clock.advance(by: .seconds(61))
        test.keepHouse()
        test.keepHouse()
        #expect(subscription.floor == 401)
        #expect(log.sealedSegments.count < segments)
        try test.publish(1, prefix: "next", to: topic)
        #expect(try subscription.take().map(\.id) == ["next-0"])
    }

    /// Decision 17.
    @Test func aChangedTimeToLiveAppliesToEventsThatWait() throws {
        let subscription = try subscribe(nil)
        try test.publish(2, to: topic)
        test.clock.advance(by: .seconds(100))
        _ = try subscribe(200)
        #expect(try subscription.peek().events.count == 2)
        _ = try subscribe(60)
        #expect(try subscription.peek().events.isEmpty)
        _ = try subscribe(200)
        #expect(try subscription.take().count == 2)
    }

    @Test func withAFilterTooOnlyYoungEventsPass() throws {
        let subscription = try subscribe(60, types: ["a"])
        for type in ["a", "b", "a"] { try test.publish(1, type: type, prefix: "old", to: topic) }
        test.clock.advance(by: .seconds(61))
        for type in ["b", "a"] { try test.publish(1, type: type, prefix: "new", to: topic) }
        #expect(try subscription.take().map(\.id) == ["new-0"])
        #expect(subscription.floor == 5)
    }

    @Test func aDelayedEventEndsWithItsDelay() throws {
        let subscription = try subscribe()
        try test.publish(1, to: topic)
        let taken = try subscription.take()
        try test.settle(.release(.oneMinute), taken.map(\.token), on: subscription)
        test.clock.advance(by: .seconds(61))
        #expect(try subscription.take().isEmpty)
        test.commit()
        #expect(subscription.floor == 2)
    }

    /// What a filter refused leaves no record, so that after a power cut the cursor stands before events that are held.
    @Test func whoHoldsAnEventBeyondTheCursorMaySettleItAfterItsTimeToLive() throws {
        _ = try subscribe(60, lock: 60, types: ["a"])
        for type in ["b", "a"] { try test.publish(1, type: type, prefix: type, to: topic) }
        var subscription = try #require(topic.subscription("reader"))
        let before = try subscription.take()
        try test.settle(.release(.none), before.map(\.token), on: subscription)
        try test.cutPowerAndReopen()
        subscription = try #require(test.broker.topic("orders")?.subscription("reader"))
        test.clock.advance(by: .seconds(50))
        // One only, so that the cursor stays where it is.
        let taken = try subscription.take(1)
        #expect(taken.map(\.id) == ["a-0"])
        test.clock.advance(by: .seconds(20))
        test.keepHouse()
        #expect(try test.settle(.acknowledge, taken.map(\.token), on: subscription) == [.succeeded])
    }

    @Test func whatIsStillYoungKeepsItsPlaceWhenOthersEnd() throws {
        let subscription = try subscribe(60, lock: 60)
        try test.publish(3, prefix: "old", to: topic)
        test.clock.advance(by: .seconds(30))
        try test.publish(4, prefix: "new", to: topic)
        let taken = try subscription.take()
        // Young and old in turns, so that runs are cut.
        for index in [4, 0, 6, 1, 3, 2, 5] { try test.settle(.release(.none), [taken[index].token], on: subscription) }
        test.clock.advance(by: .seconds(31))
        test.keepHouse()
        #expect(subscription.floor == 4)
        #expect(try subscription.take().map(\.id) == ["new-1", "new-3", "new-0", "new-2"])
    }

    /// A housekeeping round may come while a subscription is being made.
    @Test func aRoundBeforeTheEndOfARecoveryDoesNothing() throws {
        try test.publish(3, to: topic)
        test.clock.advance(by: .seconds(100))
        let settings = SubscriptionSettings(eventTimeToLiveInSeconds: 60)
        let context = try #require(topic.openedContext)
        let entry = Catalog.SubscriptionEntry(
            id: 77, name: "early", startAt: .earliest, start: 1, settings: settings,
            filters: [Catalog.FilterEntry(from: 1, settings.eventFilter)])
        let subscription = try topic.open(entry, in: context, epoch: 1)
        subscription.lapse()
        subscription.finishRecovery()
        #expect(subscription.floor == 1)
        subscription.lapse()
        #expect(subscription.floor == 4)
    }
}
