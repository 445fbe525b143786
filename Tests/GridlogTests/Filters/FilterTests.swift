import TestSupport
import Testing

@testable import Gridlog

/// `includedEventTypes`.
struct FilterTests {
    let test: TestBroker
    let topic: Topic

    init() throws {
        test = try TestBroker()
        topic = try test.broker.putTopic("orders").topic
    }

    private func subscribe(_ types: [String]?) throws -> EventSubscription {
        try topic.putSubscription("chosen", SubscriptionSettings(includedEventTypes: types)).subscription
    }

    @Test func onlyIncludedTypesAreDelivered() throws {
        let subscription = try subscribe(["a.b", "c"])
        for type in ["a.b", "x", "c", "a.b.c"] { try test.publish(1, type: type, prefix: type, to: topic) }
        #expect(try subscription.take().map(\.id) == ["a.b-0", "c-0"])
        #expect(subscription.floor == 1)
        try test.settle(.acknowledge, try takenAgain(subscription), on: subscription)
        #expect(subscription.floor == 5, "what the filter refused does not hold the floor back")
    }

    private func takenAgain(_ subscription: EventSubscription) throws -> [String] {
        test.clock.advance(by: .seconds(61))
        return try subscription.take().map(\.token)
    }

    @Test(arguments: [("ORDER.Placed", "order.PLACED"), ("Größe", "GRÖßE"), ("ΑΣ", "ας".uppercased())])
    func typesAreComparedWithoutRegardToCase(_ types: (included: String, published: String)) throws {
        let subscription = try subscribe([types.included])
        try test.publish(1, type: types.published, to: topic)
        #expect(try subscription.take().count == 1)
    }

    @Test func escapedTypeIsComparedAsItsText() throws {
        let subscription = try subscribe(["a/b"])
        try test.publish(#"{"specversion":"1.0","id":"1","source":"/s","type":"a\/\u0062"}"#, to: topic)
        #expect(try subscription.take().count == 1)
    }

    @Test func typeFarIntoALongEventIsFound() throws {
        let subscription = try subscribe(["late"])
        let data = String(repeating: "x", count: 70_000)
        try test.publish(
            #"{"specversion":"1.0","data":"\#(data)","id":"1","source":"/s","type":"late"}"#, to: topic)
        #expect(try subscription.take().count == 1)
    }

    @Test(arguments: [nil, [String]()]) func noTypesMeansAll(_ types: [String]?) throws {
        let subscription = try subscribe(types)
        try test.publish(2, to: topic)
        #expect(try subscription.take().count == 2)
    }

    @Test func changedFilterAppliesToWhatIsPublishedAfterTheChange() throws {
        let subscription = try subscribe(["a"])
        try test.publish(1, type: "a", prefix: "old-a", to: topic)
        try test.publish(1, type: "b", prefix: "old-b", to: topic)
        _ = try subscribe(["b"])
        try test.publish(1, type: "a", prefix: "new-a", to: topic)
        try test.publish(1, type: "b", prefix: "new-b", to: topic)
        #expect(try subscription.take().map(\.id) == ["old-a-0", "new-b-0"])
    }

    @Test func filterHistorySurvivesARestart() throws {
        _ = try subscribe(["a"])
        try test.publish(1, type: "b", prefix: "old", to: topic)
        _ = try subscribe(nil)
        try test.publish(1, type: "b", prefix: "new", to: topic)
        try test.cutPowerAndReopen()
        let reopened = try #require(test.broker.topic("orders")?.subscription("chosen"))
        #expect(try reopened.take().map(\.id) == ["new-0"])
    }

    @Test func longStretchOfRefusedEventsIsPassedInBoundedSteps() throws {
        let subscription = try subscribe(["wanted"])
        for _ in 0..<40 { try test.publish(1_000, type: "other", to: topic) }
        try test.publish(1, type: "wanted", prefix: "found", to: topic)
        var steps = 0
        var events = try subscription.receive(maxEvents: 1)
        while events.isIncomplete, steps < 100 {
            steps += 1
            events = try subscription.receive(maxEvents: 1)
        }
        #expect(events.count == 1)
        #expect(steps >= 2)
    }
}
