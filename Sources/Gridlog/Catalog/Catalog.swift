/// Which topics and event subscriptions there are (FORMAT.md section 3).
package struct Catalog: Codable, Sendable {
    package struct SubscriptionEntry: Codable, Sendable {
        package var id: UInt32
        package var name: String
        /// What was asked for.
        package var startAt: StartPosition
        /// The first sequence that it is about.
        package var start: UInt64
        package var settings: SubscriptionSettings
        /// Ascending; the last one is in force for what is published now.
        package var filters: [FilterEntry]
        /// Why nothing is pushed until it is updated.
        package var pauseReason: String?
    }

    /// A filter, and the first sequence that it applies to (decision 18).
    package struct FilterEntry: Codable, Sendable, Hashable {
        package var from: UInt64
        package var includedEventTypes: [String]?
        package var filters: [FilterCondition]?

        init(from: UInt64, _ filter: EventFilterSettings) {
            self.from = from
            includedEventTypes = filter.includedEventTypes
            filters = filter.filters
        }

        var filter: EventFilterSettings {
            EventFilterSettings(includedEventTypes: includedEventTypes, filters: filters)
        }
    }

    package struct TopicEntry: Codable, Sendable {
        package var id: UInt64
        package var name: String
        package var settings: TopicSettings
        package var nextSubscription: UInt32
        package var subscriptions: [SubscriptionEntry]
        package var deletedSubscriptions: [UInt32]
        /// From here on every frame is for everybody; while one for a single subscription is appended, the greatest number.
        package var addressedBelow: UInt64?

        /// The same, with nothing that begins past the end of the log.
        func fitted(to tail: UInt64) -> TopicEntry {
            var entry = self
            for place in entry.subscriptions.indices {
                entry.subscriptions[place].start = min(entry.subscriptions[place].start, tail)
                for filter in entry.subscriptions[place].filters.indices {
                    let from = entry.subscriptions[place].filters[filter].from
                    entry.subscriptions[place].filters[filter].from = min(from, tail)
                }
            }
            return entry
        }
    }

    static let currentFormat = 1

    package var format = Self.currentFormat
    package var store: String
    package var tokenKey: String
    package var openCount: UInt32
    package var nextTopic: UInt64
    package var topics: [TopicEntry]
    package var deletedTopics: [UInt64]
}
