import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Damage is told before anybody needs what is damaged.
struct ScrubbingTests {
    @Test(.tags(.r08, .r20)) func damageOfAColdSegmentShowsInHealthWhileTheTopicServes() throws {
        let test = try TestBroker()
        let topic = try test.broker.putTopic("orders", TopicSettings(eventRetentionInDays: 7)).topic
        try topic.putSubscription("reader")
        let data = String(repeating: "x", count: 100_000)
        for number in 0..<15 {
            test.clock.advance(by: .seconds(1))
            try test.publish(
                #"{"specversion":"1.0","id":"\#(number)","source":"/s","type":"t","data":"\#(data)"}"#, to: topic)
        }
        // The newest sealed segment is never packed.
        #expect(try topic.context.log.sealedSegments.count == 1)
        for _ in 0..<4 { test.keepHouse() }
        #expect(test.broker.health.warnings.isEmpty)
        let path = "/data/topics/0000000000000001/0000000000000001.segment"
        try test.disk.damage(path, 300_000..<300_001) { $0 ^ 1 }
        // Each segment is looked at again after a day.
        test.clock.advance(by: .seconds(90_000))
        for _ in 0..<4 { test.keepHouse() }
        #expect(test.broker.health.isDegraded)
        let warning = try #require(test.broker.health.warnings.first { $0.contains("0000000000000001.segment") })
        try test.publish(1, prefix: "last", to: topic)
        // What the warning advises ends it; a receiver cannot settle what it cannot be given.
        #expect(warning.contains("delete the event subscriptions that wait for them") && !warning.contains("settle"))
        try topic.putSubscription("later")
        try topic.deleteSubscription("reader")
        test.keepHouse()
        #expect(!test.broker.health.isDegraded)
    }
}
