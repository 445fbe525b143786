import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

struct ReleaseLoopTests {
    /// A consumer that gives back what it receives, again and again.
    @Test(.tags(.r41)) func releasingForEverKeepsTheDiskWithinABound() throws {
        let segmentBytes = 64 << 10
        let test = try TestBroker(segmentBytes: segmentBytes...segmentBytes)
        let topic = try test.broker.putTopic("orders").topic
        let reader = try topic.putSubscription(
            "reader", SubscriptionSettings(maxDeliveryCount: 10)
        ).subscription
        for batch in 0..<10 { try test.publish(100, prefix: "e\(batch)", to: topic) }
        let live = test.disk.usedBytes
        var most = 0
        var releases = 0
        // The tenth delivery would be the last one: new events come in the place of those that are settled.
        for round in 0..<60 {
            for _ in 0..<10 {
                let handed = try reader.take(100)
                let isLast = handed.contains { $0.count >= 9 }
                try test.settle(isLast ? .acknowledge : .release(.none), handed.map(\.token), on: reader)
                if isLast {
                    try test.publish(handed.count, prefix: "n\(round)-\(releases)", to: topic)
                } else {
                    releases += handed.count
                }
            }
            test.keepHouse()
            most = max(most, test.disk.usedBytes)
        }
        #expect(releases > 50_000)
        #expect(most < 2 * live + 2 * segmentBytes, "\(most) bytes with \(live) of live data")
    }
}
