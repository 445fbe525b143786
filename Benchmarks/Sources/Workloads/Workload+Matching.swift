import CloudEvents
import Gridlog
import Storage

extension Workload {
    /// Passing over events that a subscription's filter refuses, through the whole broker: its other threads are not counted.
    static let matching = [
        matching(
            "matching: events that none of three types matches", of: EventBody.bare,
            SubscriptionSettings(includedEventTypes: [
                "com.example.shop.order.paid.v1", "com.example.shop.order.shipped.v1", "refund",
            ])),
        matching(
            "matching: events whose subject contains none of three", of: EventBody.bare,
            SubscriptionSettings(filters: [
                FilterCondition(.stringContains, "subject", .strings(["invoice", "refund", "customer"]))
            ])),
        matching(
            "matching: events whose data has another number", of: EventBody.order,
            SubscriptionSettings(filters: [
                FilterCondition(.numberIn, "data.total", .numbers([.integer(1), .integer(2)]))
            ])),
    ]

    private static func matching(
        _ name: String, of event: @escaping @Sendable (Int) -> String, _ settings: SubscriptionSettings
    ) -> Workload {
        Workload(name, events: 1_000, hasThreads: true) { scratch in
            let broker = try Broker.open(scratch.path("matching"))
            let topic = try broker.putTopic("orders", TopicSettings(durability: .written)).topic
            let completion = Answers()
            let body = EventBody.batch(of: 100, event)
            var scanner = EventScanner()
            for _ in 0..<10 {
                let publication = Publication(capacity: body.bytes.count)
                publication.append(body.bytes.span.bytes)
                try topic.publish(publication, scanner: &scanner, completion: completion)
            }
            try completion.wait(for: 10)
            var subscription: EventSubscription?
            return Run(
                before: {
                    subscription = try topic.putSubscription("chosen", settings, startAt: .earliest).subscription
                },
                measured: {
                    let events = try subscription?.receive(maxEvents: 100)
                    try WrongOutcome.unless(events?.isIncomplete == false, "events are left")
                },
                after: { _ = try topic.deleteSubscription("chosen") },
                end: {
                    _ = try broker.deleteTopic("orders")
                    broker.close()
                })
        }
    }
}

/// Waits for publishes.
private final class Answers: PublishCompletion {
    private let signal = Signal()
    private let answers = Guarded<(count: Int, failure: GridlogError?)>((0, nil))

    func publishDidSucceed() { finish(nil) }

    func publishDidFail(_ error: GridlogError) { finish(error) }

    private func finish(_ failure: GridlogError?) {
        signal.withLock { answers.withLock { $0 = ($0.count + 1, failure ?? $0.failure) } }
        signal.wake()
    }

    func wait(for count: Int) throws {
        _ = signal.wait(nanoseconds: nil) { answers.withLock { $0.count >= count } }
        if let failure = answers.withLock({ $0.failure }) { throw failure }
    }
}
