import CloudEvents
import Storage
import TestSupport
import Testing

@testable import Gridlog

/// Changes of topics and event subscriptions that the disk does not take.
struct CatalogFailureTests {
    let test: TestBroker

    init() throws {
        test = try TestBroker()
        try test.broker.putTopic("orders").topic.putSubscription("billing")
        try test.publish(2, to: #require(test.broker.topic("orders")))
    }

    private var topic: Topic { get throws { try #require(test.broker.topic("orders")) } }

    /// Fails the first or the second of the two writes of the catalog, or the sync of it.
    static let faults: [(call: DiskCall, slot: String)] = [
        (.write, "/data/MANIFEST-A"), (.write, "/data/MANIFEST-B"),
        (.synchronize, "/data/MANIFEST-A"), (.synchronize, "/data/MANIFEST-B"),
    ]

    @Test(.tags(.r01, .r03), arguments: faults)
    func publishAfterADeletionInDoubtIsRefusedSoThatNoneIsLost(_ fault: (call: DiskCall, slot: String)) throws {
        test.disk.fail(fault.call, on: fault.slot, .error(.inputOutput))
        let error = #expect(throws: GridlogError.self) { try test.broker.deleteTopic("orders") }
        #expect(error?.code == .unavailable)
        let refusal = #expect(throws: GridlogError.self) { try test.publish(1, to: topic) }
        #expect(refusal?.code == .unavailable)
        #expect(throws: GridlogError.self) { try topic.subscription("billing")?.take() }
        try test.killAndReopen()
        // Done or not, and nothing between.
        if let topic = test.broker.topic("orders") { #expect(topic.nextSequence == 3) }
    }

    @Test(.tags(.r01), arguments: faults)
    func publishThatWaitsWhenADeletionFailsIsAnsweredBeforeIt(_ fault: (call: DiskCall, slot: String)) throws {
        let publication = Publication(capacity: 200)
        publication.append(TestBroker.event("waits").utf8.span.bytes)
        let answer = Answer()
        var scanner = EventScanner()
        try topic.publish(publication, scanner: &scanner, completion: answer)
        test.disk.fail(fault.call, on: fault.slot, .error(.inputOutput))
        #expect(throws: GridlogError.self) { try test.broker.deleteTopic("orders") }
        #expect(answer.result.withLock { $0 } != nil)
    }

    @Test(.tags(.r03), arguments: faults)
    func failedCatalogShowsInHealthAndRefusesChangesUntilTheNextOpening(
        _ fault: (call: DiskCall, slot: String)
    ) throws {
        test.disk.fail(fault.call, on: fault.slot, .error(.inputOutput))
        #expect(throws: GridlogError.self) { try test.broker.putTopic("alerts") }
        #expect(!test.broker.health.isReady)
        #expect(test.broker.health.problems.contains { $0.hasPrefix("catalog") })
        let refusal = #expect(throws: GridlogError.self) { try topic.putSubscription("mailing") }
        #expect(refusal?.code == .unavailable)
        // One that was refused because of an earlier one is not in doubt: the topic goes on.
        #expect(throws: GridlogError.self) { try test.broker.deleteTopic("orders") }
        try test.publish(1, to: topic)
        #expect(try topic.subscription("billing")?.take().count == 3)
        try test.killAndReopen()
        #expect(test.broker.health.isReady)
        #expect(try topic.nextSequence == 4)
        try topic.putSubscription("mailing")
        try test.broker.putTopic("alerts")
    }

    /// Space is found before anything is written, so a full disk leaves no doubt.
    @Test(.tags(.r37)) func fullDiskRefusesAChangeAndNothingElse() throws {
        test.disk.spaceLimit = test.disk.usedBytes
        var refusal: GridlogError?
        for number in 0..<200 where refusal == nil {
            let types = (0..<25).map { "\(number)-\($0)-" + String(repeating: "t", count: 400) }
            try test.publish(1, to: topic)
            let topic = try topic
            do {
                try topic.putSubscription("billing", SubscriptionSettings(includedEventTypes: types))
            } catch {
                refusal = error
            }
        }
        #expect(refusal?.code == .insufficientStorage)
        #expect(test.broker.health.isReady)
        let settings = try topic.subscription("billing")?.settings
        test.disk.spaceLimit = nil
        try test.killAndReopen()
        #expect(try topic.subscription("billing")?.settings == settings)
        try test.broker.deleteTopic("orders")
    }
}
