import CloudEvents
import TestSupport
import Testing

@testable import Gridlog

/// Looking at a subscription's events without changing anything (contract, decision 32).
struct PeekTests {
    let test: TestBroker
    let topic: Topic
    let subscription: EventSubscription

    init() throws {
        test = try TestBroker()
        topic = try test.broker.putTopic("orders").topic
        subscription = try topic.putSubscription("reader").subscription
    }

    private func ids(_ peeked: PeekedEvents) -> [String] {
        peeked.events.map { (try? CloudEvent(json: $0.json.span.bytes))?.id ?? "?" }
    }

    private func states(_ state: PeekedEvents.State? = nil) throws -> [String] {
        try subscription.peek(state).events.map { "\($0.sequence) \($0.state.rawValue) \($0.deliveryCount)" }
    }

    @Test func eachEventShowsWhereItStandsAndSettledOnesDoNot() throws {
        try test.publish(6, to: topic)
        let taken = try subscription.take(4)
        try test.settle(.acknowledge, [taken[0].token], on: subscription)
        try test.settle(.release(.tenSeconds), [taken[1].token], on: subscription)
        try test.settle(.release(.none), [taken[2].token], on: subscription)
        #expect(
            try states() == ["2 delayed 1", "3 available 1", "4 locked 1", "5 available 0", "6 available 0"])
        #expect(try states(.available) == ["3 available 1", "5 available 0", "6 available 0"])
        #expect(try states(.locked) == ["4 locked 1"])
        #expect(try states(.delayed) == ["2 delayed 1"])
        let delayed = try #require(try subscription.peek(.delayed).events.first)
        let locked = try #require(try subscription.peek(.locked).events.first)
        #expect(ids(try subscription.peek(.delayed)) == ["e-1"])
        #expect(String(decoding: delayed.json, as: UTF8.self) == TestBroker.event("e-1"))
        #expect(delayed.publishedAt == test.clock.wallTime)
        let second: UInt64 = 1_000_000_000
        // Within the millisecond by which deadlines are rounded up.
        #expect((10 * second...10 * second + 1_000_000).contains(try #require(delayed.until) - test.clock.wallTime))
        #expect((60 * second...60 * second + 1_000_000).contains(try #require(locked.until) - test.clock.wallTime))
        #expect(try subscription.peek(.available).events.allSatisfy { $0.until == nil })
    }

    @Test func lookingChangesNothing() throws {
        try test.publish(3, to: topic)
        let taken = try subscription.take(1)
        let calls = test.disk.count()
        for state in [nil, .available, .locked, .delayed] as [PeekedEvents.State?] { _ = try subscription.peek(state) }
        test.commit()
        #expect(test.disk.count() == calls, "nothing was written")
        #expect(try subscription.take().map(\.count) == [1, 1], "no delivery was counted")
        #expect(try test.settle(.acknowledge, [taken[0].token], on: subscription) == [.succeeded])
    }

    @Test func whatIsDueShowsAsItWillBe() throws {
        try topic.putSubscription("reader", SubscriptionSettings(maxDeliveryCount: 2))
        try test.publish(2, to: topic)
        let taken = try subscription.take(1)
        try test.settle(.release(.none), [taken[0].token], on: subscription)
        _ = try subscription.take(2)
        #expect(try states() == ["1 locked 2", "2 locked 1"])
        test.clock.advance(by: .seconds(61))
        #expect(try states() == ["2 available 1"], "the last delivery of the first is over")
    }

    @Test func whatTheFilterRefusesDoesNotShow() throws {
        let chosen = try topic.putSubscription("chosen", SubscriptionSettings(includedEventTypes: ["a"])).subscription
        for type in ["a", "b", "a"] { try test.publish(1, type: type, prefix: type, to: topic) }
        #expect(try chosen.peek().events.map(\.sequence) == [1, 3])
    }

    @Test func aLookGoesOnWhereTheLastOneEndedAndMissesNothing() throws {
        let wanted = try topic.putSubscription("wanted", SubscriptionSettings(includedEventTypes: ["w"])).subscription
        for batch in 0..<40 {
            try test.publish(1_000, type: "other", to: topic)
            if batch % 2 == 0 { try test.publish(7, type: "w", to: topic) }
        }
        var found: [UInt64] = []
        var first: UInt64? = 1
        var looks = 0
        while let from = first, looks < 100 {
            let peeked = try wanted.peek(from: from, limit: 5)
            #expect(peeked.events.count <= 5)
            found += peeked.events.map(\.sequence)
            first = peeked.next
            looks += 1
        }
        #expect(found.count == 140)
        #expect(Set(found).count == 140)
        #expect(found == found.sorted())
        #expect(first == nil)
    }

    @Test(arguments: [0, 101]) func aNumberOutOfRangeIsRefused(_ limit: Int) throws {
        #expect(throws: GridlogError.self) { try subscription.peek(limit: limit) }
    }

    @Test func pastTheEndThereIsNothing() throws {
        try test.publish(2, to: topic)
        let peeked = try subscription.peek(from: 1_000)
        #expect(peeked.events.isEmpty)
        #expect(peeked.next == nil)
    }
}
