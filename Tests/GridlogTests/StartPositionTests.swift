import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Event subscriptions that begin with events of the past.
struct StartPositionTests {
    let test: TestBroker

    init() throws {
        test = try TestBroker()
        try test.broker.putTopic("orders")
    }

    private var topic: Topic { get throws { try #require(test.broker.topic("orders")) } }

    private func ids(_ position: StartPosition?, types: [String]? = nil) throws -> [String] {
        try topic.deleteSubscription("late")
        let settings = SubscriptionSettings(includedEventTypes: types)
        return try topic.putSubscription("late", settings, startAt: position).subscription.take().map(\.id)
    }

    @Test func subscriptionBeginsWhereItWasAskedTo() throws {
        let began = test.clock.wallTime
        try test.publish(3, prefix: "a", to: topic)
        test.clock.advance(by: .seconds(10))
        let middle = test.clock.wallTime
        try test.publish(2, type: "u", prefix: "b", to: topic)
        let all = ["a-0", "a-1", "a-2", "b-0", "b-1"]
        #expect(try ids(nil) == [])
        #expect(try ids(.now) == [])
        #expect(try ids(.earliest) == all)
        #expect(try ids(.sequence(1)) == all)
        #expect(try ids(.sequence(4)) == ["b-0", "b-1"])
        #expect(try ids(.sequence(6)) == [])
        #expect(try ids(.time(began)) == all)
        #expect(try ids(.time(0)) == all)
        #expect(try ids(.time(middle)) == ["b-0", "b-1"])
        #expect(try ids(.time(middle - 1)) == ["b-0", "b-1"])
        test.clock.advance(by: .seconds(1))
        #expect(try ids(.time(middle + 1)) == [])
        #expect(try ids(.earliest, types: ["u"]) == ["b-0", "b-1"])
    }

    @Test func impossibleStartIsRefused() throws {
        try test.publish(3, to: topic)
        for position in [StartPosition.sequence(5), .time(test.clock.wallTime + 1)] {
            #expect(throws: GridlogError.self) { try topic.putSubscription("late", startAt: position) }
        }
        #expect(try topic.subscription("late") == nil)
    }

    @Test func startOfAnExistingSubscriptionCannotChange() throws {
        try topic.putSubscription("late", startAt: .earliest)
        try topic.putSubscription("late", startAt: .earliest)
        try topic.putSubscription("late")
        #expect(throws: GridlogError.self) { try topic.putSubscription("late", startAt: .now) }
        try test.killAndReopen()
        #expect(try topic.subscription("late")?.startPosition == .earliest)
    }

    @Test(.tags(.r25)) func replayIsTheSameAfterAPowerCutBeforeAnyCheckpoint() throws {
        try test.publish(10, to: topic)
        let late = try topic.putSubscription("late", startAt: .sequence(3)).subscription
        let handed = try late.take(4)
        try test.settle(.acknowledge, handed.prefix(2).map(\.token), on: late)
        try test.cutPowerAndReopen()
        let reopened = try #require(try topic.subscription("late"))
        #expect(Set(try reopened.take().map(\.id)) == ["e-4", "e-5", "e-6", "e-7", "e-8", "e-9"])
    }

    /// Segments of the middle are gone: the new subscription passes the gap without handing anything out.
    @Test(.tags(.r33)) func subscriptionThatBeginsBeforeAGapPassesIt() throws {
        let reader = try topic.putSubscription("reader").subscription
        for number in 0..<100 {
            test.clock.advance(by: .seconds(7))
            try test.publish(TestBroker.event("e-\(number)", data: 100_000), to: topic)
        }
        for _ in 0..<20 {
            let handed = try reader.take()
            try test.settle(.acknowledge, handed.filter { $0.id != "e-0" }.map(\.token), on: reader)
        }
        test.commit()
        let late = try topic.putSubscription("late", startAt: .earliest).subscription
        #expect(try topic.context.log.gap(atOrAfter: 1) != nil)
        var ids: [String] = []
        for _ in 0..<20 { ids += try late.take().map(\.id) }
        #expect(ids.first == "e-0" && ids.last == "e-99")
        #expect(ids.count < 40)
        try test.cutPowerAndReopen()
        let reopened = try #require(try topic.subscription("late"))
        var again: Set<String> = []
        for _ in 0..<20 { again.formUnion(try reopened.take().map(\.id)) }
        #expect(again == Set(ids))
    }

    /// About ten events fill a segment; all of them are settled by somebody.
    private func publishAndSettle(_ count: Int, but stuck: Set<String>) throws -> EventSubscription {
        let data = String(repeating: "x", count: 100_000)
        let reader = try topic.putSubscription("reader").subscription
        for number in 0..<count {
            test.clock.advance(by: .seconds(7))
            try test.publish(
                #"{"specversion":"1.0","id":"e-\#(number)","source":"/s","type":"t","data":"\#(data)"}"#, to: topic)
        }
        while true {
            let handed = try reader.take()
            if handed.isEmpty { return reader }
            let tokens = handed.filter { !stuck.contains($0.id) }.map(\.token)
            // Not yet committed once more: what is given up is still there.
            try test.settle(.acknowledge, tokens, on: reader)
        }
    }

    /// Segments that are given up are still there for a moment; a subscription that begins meanwhile must not hand out what then
    /// vanishes under it.
    @Test(.tags(.r33), arguments: [[], ["e-0"]] as [Set<String>])
    func subscriptionThatBeginsWhileSegmentsGoHandsOutNoneOfTheirEvents(stuck: Set<String>) throws {
        _ = try publishAndSettle(60, but: stuck)
        let late = try topic.putSubscription("late", startAt: .earliest).subscription
        let early = try late.receive(maxEvents: 100)
        test.commit()
        var shown = 0
        try early.forEach { _, _, _ in shown += 1 }
        #expect(shown == early.count)
        for _ in 0..<12 {
            test.clock.advance(by: .seconds(61))
            let again = try late.receive(maxEvents: 100)
            shown = 0
            try again.forEach { _, _, _ in shown += 1 }
            #expect(shown == again.count)
        }
    }

    /// The older events that made it a gap go before the cursor has passed it.
    @Test(.tags(.r33)) func gapThatBecomesTheBeginningOfTheLogIsPassed() throws {
        let reader = try publishAndSettle(60, but: ["e-0"])
        test.commit()
        let late = try topic.putSubscription("late", startAt: .earliest).subscription
        let gap = try #require(try topic.context.log.gap(atOrAfter: 1))
        let before = try late.take(Int(gap.lowerBound) - 1)
        #expect(before.count == Int(gap.lowerBound) - 1)
        try test.settle(.acknowledge, before.map(\.token), on: late)
        test.clock.advance(by: .seconds(61))
        try test.settle(.acknowledge, reader.take().map(\.token), on: reader)
        test.commit()
        #expect(try topic.context.log.firstSequence == gap.upperBound)
        let next = try late.receive(maxEvents: 100)
        var sequences: [UInt64] = []
        try next.forEach { event, _, _ in sequences.append(event.sequence) }
        #expect(sequences.first == gap.upperBound)
        #expect(next.count == sequences.count)
    }

    @Test(.tags(.r25, .r30)) func idOfAFailedCreationIsNotGivenAgain() throws {
        try test.publish(10, to: topic)
        test.disk.fail(.create, on: "spare-0.slots", .error(.noSpace))
        #expect(throws: GridlogError.self) { try topic.putSubscription("late", startAt: .now) }
        let late = try topic.putSubscription("late", startAt: .earliest).subscription
        #expect(late.id == 2)
        try test.cutPowerAndReopen()
        #expect(try #require(try topic.subscription("late")).take().count == 10)
        #expect(try test.disk.names(in: "/data/topics/0000000000000001/subscriptions") == ["00000002"])
    }
}
