import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// How long events stay, and who can still get them.
struct RetentionTests {
    let test: TestBroker

    init() throws {
        test = try TestBroker()
        try test.broker.putTopic("orders", TopicSettings(eventRetentionInDays: 1))
    }

    private var topic: Topic { get throws { try #require(test.broker.topic("orders")) } }

    private func subscription(_ name: String) throws -> EventSubscription {
        try #require(try topic.subscription(name))
    }

    /// About 100 KB each, and so slowly that segments stay short: ten fill one.
    private func publishLarge(_ count: Int, prefix: String = "e") throws {
        for number in 0..<count {
            test.clock.advance(by: .seconds(7))
            try test.publish(TestBroker.event("\(prefix)-\(number)", data: 100_000), to: topic)
        }
    }

    private func segments() throws -> Int { try topic.context.log.sealedSegments.count }

    private func drain(_ subscription: EventSubscription, but stuck: Set<String> = []) throws -> [String] {
        var ids: [String] = []
        for _ in 0..<1_000 {
            let handed = try subscription.take()
            if handed.isEmpty { break }
            ids += handed.map(\.id)
            try test.settle(
                .acknowledge, handed.filter { !stuck.contains($0.id) }.map(\.token), on: subscription)
        }
        test.commit()
        return ids
    }

    @Test(.tags(.r32)) func stuckEventPinsItsOwnSegmentOnly() throws {
        let reader = try topic.putSubscription("reader").subscription
        try publishLarge(200)
        let before = try segments()
        #expect(before > 5)
        _ = try drain(reader, but: ["e-0", "e-100"])
        #expect(try segments() == 2)
        // The holes stay when the process is killed and when the power fails, and nothing is lost around them.
        try test.killAndReopen()
        #expect(try segments() == 2)
        test.clock.advance(by: .seconds(61))
        #expect(try drain(try subscription("reader"), but: ["e-0", "e-100"]).sorted() == ["e-0", "e-100"])
        try test.cutPowerAndReopen()
        #expect(try segments() == 2)
        #expect(try drain(try subscription("reader")).sorted() == ["e-0", "e-100"])
        #expect(try segments() == 0)
    }

    @Test(.tags(.r32)) func settledSegmentIsGivenUpWithTheLastAcknowledgement() throws {
        let readers = try ["one", "two", "three"].map { try topic.putSubscription($0).subscription }
        try publishLarge(40)
        let before = try segments()
        for reader in readers.dropLast() { _ = try drain(reader) }
        #expect(try segments() == before)
        _ = try drain(readers[2])
        #expect(try segments() == 0)
    }

    @Test func deletedSubscriptionKeepsNothing() throws {
        let reader = try topic.putSubscription("reader").subscription
        try topic.putSubscription("idle")
        try publishLarge(40)
        _ = try drain(reader)
        #expect(try segments() > 0)
        try topic.deleteSubscription("idle")
        test.commit()
        #expect(try segments() == 0)
    }

    @Test(.tags(.r33)) func eventsPastTheRetentionAreExpiredEverywhereAndTheirSegmentsGo() throws {
        let reader = try topic.putSubscription("reader").subscription
        try publishLarge(60, prefix: "old")
        let held = try reader.take(3)
        test.clock.advance(by: .seconds(85_900))
        try publishLarge(1, prefix: "new")
        test.keepHouse()
        #expect(try segments() > 0)
        test.clock.advance(by: .seconds(500))
        test.keepHouse()
        #expect(try topic.context.log.firstSequence > 1)
        #expect(try test.settle(.acknowledge, held.map(\.token), on: reader) == [.tokenLost, .tokenLost, .tokenLost])
        #expect(try drain(reader) == ["new-0"])
        try test.cutPowerAndReopen()
        #expect(try drain(try subscription("reader")) == [])
        #expect(test.broker.health.isReady)
    }

    @Test(.tags(.r33)) func retentionEndsInsideOfTheNewestSegmentToo() throws {
        let reader = try topic.putSubscription("reader").subscription
        try test.publish(3, prefix: "old", to: topic)
        test.clock.advance(by: .seconds(86_401))
        try test.publish(2, prefix: "new", to: topic)
        test.keepHouse()
        #expect(try drain(reader) == ["new-0", "new-1"])
    }

    @Test(.tags(.r33, .r36)) func wallClockThatGoesBackRevivesNothing() throws {
        let reader = try topic.putSubscription("reader").subscription
        try test.publish(3, prefix: "old", to: topic)
        test.clock.advance(by: .seconds(86_401))
        test.keepHouse()
        test.clock.stepWall(by: .seconds(-86_400))
        test.keepHouse()
        #expect(try drain(reader) == [])
    }

    @Test func topicWithoutSubscriptionsKeepsItsEventsForItsRetentionOnly() throws {
        try publishLarge(40)
        test.keepHouse()
        let late = try topic.putSubscription("late", startAt: .earliest).subscription
        #expect(try drain(late).count == 40)
        try topic.deleteSubscription("late")
        try publishLarge(40)
        test.clock.advance(by: .seconds(86_401))
        test.keepHouse()
        #expect(try segments() == 0)
    }

    @Test func shorterRetentionAppliesToWhatWaits() throws {
        try test.broker.putTopic("orders", TopicSettings(eventRetentionInDays: 7))
        let reader = try topic.putSubscription("reader").subscription
        try test.publish(3, to: topic)
        test.clock.advance(by: .seconds(86_401))
        test.keepHouse()
        #expect(try reader.take(1).count == 1)
        try test.broker.putTopic("orders", TopicSettings(eventRetentionInDays: 1))
        test.keepHouse()
        test.clock.advance(by: .seconds(61))
        #expect(try drain(reader) == [])
    }

    @Test(.tags(.r08, .r20)) func damageAtTheEdgeOfTheRetentionFencesNothing() throws {
        let reader = try topic.putSubscription("reader").subscription
        try publishLarge(60)
        let damaged = try #require(try topic.context.log.sealedSegments.dropFirst().first)
        let path = "/data/topics/0000000000000001/0000000000000002.segment"
        // Every frame header of the segment, but not its own nor its seal.
        try test.disk.damage(path, 8_192..<900_000) { $0 ^ 1 }
        test.clock.advance(by: .seconds(86_400 - 60 * 7 + 100))
        test.keepHouse()
        #expect(test.broker.health.isDegraded)
        #expect(test.broker.health.isReady)
        #expect(try topic.context.earliest <= damaged.sequences.lowerBound)
        test.clock.advance(by: .seconds(100))
        test.keepHouse()
        #expect(try topic.context.log.firstSequence >= damaged.sequences.upperBound)
        #expect(test.broker.health == BrokerHealth(problems: [], warnings: []))
        #expect(try !drain(reader).isEmpty)
    }
}
