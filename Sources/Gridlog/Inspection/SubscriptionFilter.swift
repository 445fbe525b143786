package import EventLog

/// What an event subscription gets of its topic, for tools.
package struct SubscriptionFilter: Sendable {
    private let filter: EventFilter

    /// The filter of an event subscription, with those it had before.
    package init(_ subscription: Catalog.SubscriptionEntry, of topic: Catalog.TopicEntry) {
        filter = EventFilter(
            subscription.filters, for: subscription.id, addressedBelow: topic.addressedBelow ?? 0)
    }

    /// Whether every event passes.
    package var passesAll: Bool { filter.passesAll(from: 1) }

    /// Whether an event passes; `nil` when its record cannot be read.
    package func matches(_ sequence: UInt64, in frame: LogFrame, _ scratch: inout [UInt8]) -> Bool? {
        filter.matches(sequence, in: frame, &scratch)
    }
}
