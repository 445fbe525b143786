import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// What a restart of the process, or of the machine, leaves.
struct RestartTests {
    let test: TestBroker

    init() throws {
        test = try TestBroker()
        let topic = try test.broker.putTopic("orders").topic
        try topic.putSubscription("billing", SubscriptionSettings(receiveLockDurationInSeconds: 30))
    }

    private var topic: Topic { get throws { try #require(test.broker.topic("orders")) } }
    private var billing: EventSubscription { get throws { try #require(try topic.subscription("billing")) } }

    @Test(.tags(.r01)) func answeredPublishSurvivesAPowerCut() throws {
        try test.publish(100, to: topic)
        try test.cutPowerAndReopen()
        #expect(try billing.take().map(\.id) == (0..<100).map { "e-\($0)" })
    }

    @Test(.tags(.r21)) func answeredAcknowledgementSurvivesAPowerCut() throws {
        try test.publish(10, to: topic)
        let handed = try billing.take()
        try test.settle(.acknowledge, handed.prefix(7).map(\.token), on: billing)
        try test.cutPowerAndReopen()
        #expect(try billing.take().map(\.id) == ["e-7", "e-8", "e-9"])
    }

    @Test func lockAndTokenSurviveADeadProcess() throws {
        try test.publish(2, to: topic)
        let handed = try billing.take()
        try test.killAndReopen()
        #expect(try billing.take().isEmpty, "both are locked still")
        #expect(try test.settle(.acknowledge, [handed[0].token], on: billing) == [.succeeded])
        test.clock.advance(by: .seconds(31))
        #expect(try billing.take().map(\.id) == ["e-1"])
    }

    @Test func tokenFromBeforeAPowerCutIsLost() throws {
        try test.publish(1, to: topic)
        let old = try #require(try billing.take().first?.token)
        try test.cutPowerAndReopen()
        let new = try #require(try billing.take().first?.token)
        #expect(try test.settle(.acknowledge, [old, new], on: billing) == [.tokenLost, .succeeded])
    }

    @Test(.tags(.r27)) func deliveryCountSurvivesAPowerCut() throws {
        try test.publish(1, to: topic)
        _ = try billing.take()
        test.clock.advance(by: .milliseconds(60))
        _ = test.broker.committer.runCycle(waiting: false)
        try test.cutPowerAndReopen()
        #expect(try billing.take().map(\.count) == [2])
    }

    @Test func delaySurvivesAPowerCut() throws {
        try test.publish(1, to: topic)
        try test.settle(.release(.oneMinute), try billing.take().map(\.token), on: billing)
        try test.cutPowerAndReopen()
        #expect(try billing.take().isEmpty)
        test.clock.advance(by: .seconds(61))
        #expect(try billing.take().map(\.count) == [2])
    }

    @Test func settingsAndNamesSurvive() throws {
        try test.broker.putTopic("quick", TopicSettings(eventRetentionInDays: 2, durability: .written))
        let settings = SubscriptionSettings(
            receiveLockDurationInSeconds: 5, maxDeliveryCount: 2, eventTimeToLiveInSeconds: 3_600,
            includedEventTypes: ["x"])
        try topic.putSubscription("second", settings)
        try test.cutPowerAndReopen()
        #expect(test.broker.topics.map(\.name) == ["orders", "quick"])
        #expect(test.broker.topic("quick")?.settings == TopicSettings(eventRetentionInDays: 2, durability: .written))
        #expect(try topic.subscription("second")?.settings == settings)
    }

    @Test(.tags(.r30)) func tokenOfADeletedTopicIsBadInItsSuccessor() throws {
        try test.publish(1, to: topic)
        let old = try #require(try billing.take().first?.token)
        #expect(try test.broker.deleteTopic("orders"))
        let again = try test.broker.putTopic("orders").topic
        try again.putSubscription("billing")
        try test.publish(1, prefix: "new", to: topic)
        #expect(try billing.take().map(\.id) == ["new-0"])
        #expect(try test.settle(.acknowledge, [old], on: billing) == [.badToken])
    }

    @Test(.tags(.r25)) func subscriptionThatBeganBehindLostEventsGetsTheNextOnes() throws {
        try test.broker.putTopic("orders", TopicSettings(durability: .written))
        try test.publish(5, to: topic)
        try topic.putSubscription("second")
        try topic.putSubscription("billing", SubscriptionSettings(includedEventTypes: ["x"]))
        try test.cutPowerAndReopen()
        #expect(try topic.nextSequence == 1, "the five were written, not synced")
        try test.publish(2, prefix: "new", to: topic)
        test.clock.advance(by: .milliseconds(60))
        test.commit()
        try test.publish(4, type: "x", prefix: "more", to: topic)
        test.clock.advance(by: .milliseconds(60))
        test.commit()
        try test.cutPowerAndReopen()
        let second = try #require(try topic.subscription("second"))
        #expect(try second.take().map(\.id).prefix(2) == ["new-0", "new-1"])
        #expect(try billing.take().map(\.id) == (0..<4).map { "more-\($0)" }, "the filter is that of the settings")
    }

    @Test(.tags(.r20)) func damagedTopicIsFencedAndTheOthersServe() throws {
        let other = try test.broker.putTopic("other").topic
        try other.putSubscription("reader")
        try test.publish(3, to: topic)
        try test.publish(3, prefix: "second", to: topic)
        try test.publish(1, to: other)
        let path = "/data/topics/0000000000000001/0000000000000001.segment"
        try test.disk.damage(path, 4_200..<4_201) { $0 ^ 1 }
        try test.killAndReopen()
        #expect(throws: GridlogError.self) { try test.publish(1, to: topic) }
        #expect(try topic.problem?.code == .storageDamaged)
        #expect(try topic.problem?.message.contains("0000000000000001.segment") == true)
        #expect(test.broker.health.problems.count == 1)
        #expect(try test.broker.topic("other")?.subscription("reader")?.take().count == 1)
    }

    @Test func segmentsThatEverySubscriptionIsDoneWithAreRecycled() throws {
        let data = String(repeating: "x", count: 100_000)
        for number in 0..<60 {
            try test.publish(
                #"{"specversion":"1.0","id":"\#(number)","source":"/s","type":"t","data":"\#(data)"}"#, to: topic)
            try test.settle(.acknowledge, try billing.take().map(\.token), on: billing)
        }
        test.commit()
        let names = try test.disk.names(in: "/data/topics/0000000000000001").filter {
            $0.hasSuffix(".segment") && !$0.hasPrefix("reserve")
        }
        #expect(names.count <= 3, "\(names)")
        try test.cutPowerAndReopen()
        #expect(try billing.take().isEmpty)
        try test.publish(1, prefix: "last", to: topic)
        #expect(try billing.take().map(\.id) == ["last-0"])
    }

    /// At level `written` a sequence can be given out twice; tokens of the first event must not reach the second (R29).
    @Test(.tags(.r29, .r30), arguments: [true, false])
    func tokenOfAnEventThatWasLostDoesNotSettleTheNextOfThatSequence(powerFails: Bool) throws {
        try test.broker.putTopic("orders", TopicSettings(durability: .written))
        let topic = try #require(test.broker.topic("orders"))
        try topic.putSubscription("billing")
        try test.publish(3, prefix: "lost", to: topic)
        let old = try #require(topic.subscription("billing")).take().map(\.token)
        #expect(old.count == 3)
        if powerFails {
            try test.cutPowerAndReopen(.nothing)
        } else {
            // A failed sync may leave as little, without another boot of the machine.
            test.disk.fail(.synchronize, on: ".segment", .error(.inputOutput))
            test.clock.advance(by: .seconds(1))
            test.commit()
            try test.killAndReopen()
        }
        let reopened = try #require(test.broker.topic("orders"))
        let billing = try #require(reopened.subscription("billing"))
        let kept = Int(reopened.nextSequence) - 1
        try test.publish(3 - kept, prefix: "next", to: reopened)
        #expect(reopened.nextSequence == 4)
        test.clock.advance(by: .seconds(3_700))
        #expect(try billing.take().map(\.count).allSatisfy { $0 >= 1 })
        #expect(try test.settle(.acknowledge, old, on: billing).allSatisfy { $0 == .tokenLost })
        test.clock.advance(by: .seconds(3_700))
        #expect(try billing.take().count == 3)
    }
}
