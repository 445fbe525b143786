import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Segments that go, and who may still need them.
struct TrimTests {
    let test: TestBroker

    init() throws {
        test = try TestBroker()
        try test.broker.putTopic("orders")
    }

    private var topic: Topic { get throws { try #require(test.broker.topic("orders")) } }

    /// About 100 KB each, so that ten fill the first segment.
    private func publishLarge(_ count: Int, type: String) throws {
        for number in 0..<count {
            try test.publish(TestBroker.event("\(type)-\(number)", type: type, data: 100_000), to: topic)
        }
    }

    @Test(.tags(.r33)) func filteredStretchThatWasTrimmedDoesNotFenceTheTopicAfterAReboot() throws {
        let chosen = try topic.putSubscription("chosen", SubscriptionSettings(includedEventTypes: ["a"])).subscription
        try publishLarge(60, type: "b")
        try publishLarge(1, type: "a")
        var handed: [Handed] = []
        for _ in 0..<100 where handed.isEmpty { handed = try chosen.take(1) }
        try test.settle(.acknowledge, handed.map(\.token), on: chosen)
        test.keepHouse()
        try test.cutPowerAndReopen()
        #expect(try (topic.context.log.firstSequence) > 1, "segments were given up")
        try publishLarge(1, type: "a")
        let reopened = try #require(try topic.subscription("chosen"))
        handed = []
        for _ in 0..<100 where handed.isEmpty { handed = try reopened.take(1) }
        #expect(handed.count == 1)
        #expect(test.broker.health.isReady)
    }

    @Test func atLevelWrittenSegmentsGoOnlyAfterTheAcknowledgementsThatFreedThem() throws {
        try test.broker.putTopic("orders", TopicSettings(durability: .written))
        let reader = try topic.putSubscription("reader").subscription
        for round in 0..<40 {
            try publishLarge(1, type: "t\(round)")
            try test.settle(.acknowledge, try reader.take().map(\.token), on: reader)
        }
        test.commit()
        try test.cutPowerAndReopen()
        for handed in try #require(try topic.subscription("reader")).take() { #expect(!handed.json.isEmpty) }
        #expect(test.broker.health.isReady)
    }

    @Test func subscriptionThatBeginsKeepsTheSegmentsThatItBeginsAt() throws {
        let old = try topic.putSubscription("old").subscription
        try publishLarge(5, type: "t")
        try topic.context.beginning(at: .now) { start throws(GridlogError) in
            do {
                try publishLarge(30, type: "t")
                for _ in 0..<2 { try test.settle(.acknowledge, try old.take().map(\.token), on: old) }
                test.commit()
                #expect(try topic.context.log.firstSequence <= start)
            } catch {
                Issue.record(error)
            }
        }
        test.commit()
        #expect(try topic.context.log.firstSequence > 6)
    }

    @Test func eventsThatAreGoneAreSkippedByALateReaderAndFenceNothing() throws {
        let reader = try topic.putSubscription("reader").subscription
        try publishLarge(1, type: "t")
        let late = try reader.receive(maxEvents: 1)
        var tokens: [String] = []
        try late.forEach { _, token, _ in tokens.append(String(decoding: token.array(), as: UTF8.self)) }
        try publishLarge(30, type: "t")
        try test.settle(.acknowledge, tokens, on: reader)
        for _ in 0..<2 { try test.settle(.acknowledge, try reader.take().map(\.token), on: reader) }
        test.commit()
        var shown = 0
        try late.forEach { _, _, _ in shown += 1 }
        #expect(shown == 0)
        #expect(test.broker.health.isReady)
    }
}
