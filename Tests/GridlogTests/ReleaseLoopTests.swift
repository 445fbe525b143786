import EventLog
import Storage
import TestSupport
import Testing

@testable import Gridlog

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct ReleaseLoopTests {
    /// How many releases there are, one event for every hundred of them: `GRIDLOG_RELEASES`, else what takes half a
    /// minute.
    ///
    /// Release builds do what R41 says, ten million over 100,000 events: 29 s on two cores that others used too, at
    /// most 13,619,200 bytes of disk with 13,303,808 of live data. Debug builds do 50,000 over 1,000.
    private static var releases: Int {
        let text = unsafe getenv("GRIDLOG_RELEASES")
        if let text, let number = unsafe Int(String(cString: text)) { return number }
        #if DEBUG
        return 50_000
        #else
        return 10_000_000
        #endif
    }

    /// A consumer that gives back what it receives, again and again.
    @Test(.tags(.r41)) func releasingForEverKeepsTheDiskWithinABound() throws {
        let segmentBytes = 64 << 10
        let test = try TestBroker(segmentBytes: segmentBytes...segmentBytes)
        let topic = try test.broker.putTopic("orders").topic
        let reader = try topic.putSubscription("reader", SubscriptionSettings(maxDeliveryCount: 10)).subscription
        let wanted = Self.releases
        let events = max(1_000, wanted / 100)
        for batch in 0..<events / 100 { try test.publish(100, prefix: "e\(batch)", to: topic) }
        let live = test.disk.usedBytes
        var most = 0
        var releases = 0
        var batches = 0
        while releases < wanted {
            let (tokens, isLast) = try take(100, from: reader)
            try test.settle(isLast ? .acknowledge : .release(.none), tokens, on: reader)
            if isLast {
                // The tenth delivery would be the last one: new events come in the place of those that are settled.
                try test.publish(tokens.count, prefix: "n\(batches)", to: topic)
            } else {
                releases += tokens.count
            }
            batches += 1
            #expect(tokens.count == 100, "an event is lost")
            guard batches % 10 == 0 else { continue }
            test.keepHouse()
            most = max(most, test.disk.usedBytes)
        }
        print("\(releases) releases of \(events) events: at most \(most) bytes of disk with \(live) of live data.")
        #expect(most > live / 2 && most < 2 * live + 2 * segmentBytes, "\(most) bytes with \(live) of live data")
    }

    /// Receives, and looks at no more than the loop needs.
    private func take(
        _ maxEvents: Int, from reader: EventSubscription
    ) throws -> (tokens: [String], isLast: Bool) {
        var tokens: [String] = []
        var isLast = false
        try reader.receive(maxEvents: maxEvents).forEach { event, lockToken, _ in
            tokens.append(String(decoding: lockToken.array(), as: UTF8.self))
            isLast = isLast || event.deliveryCount >= 9
        }
        return (tokens, isLast)
    }
}
