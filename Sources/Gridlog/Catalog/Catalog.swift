/// Which topics and event subscriptions there are (FORMAT.md section 3).
struct Catalog: Codable, Sendable {
    struct SubscriptionEntry: Codable, Sendable {
        var id: UInt32
        var name: String
        /// What was asked for.
        var startAt: StartPosition
        /// The first sequence that it is about.
        var start: UInt64
        var settings: SubscriptionSettings
        /// Ascending; the last one is in force for what is published now.
        var filters: [FilterEntry]
        /// Why nothing is pushed until it is updated.
        var pauseReason: String?
    }

    /// A filter, and the first sequence that it applies to (decision 18).
    struct FilterEntry: Codable, Sendable, Hashable {
        var from: UInt64
        var includedEventTypes: [String]?
        var filters: [FilterCondition]?

        init(from: UInt64, _ filter: EventFilterSettings) {
            self.from = from
            includedEventTypes = filter.includedEventTypes
            filters = filter.filters
        }

        var filter: EventFilterSettings {
            EventFilterSettings(includedEventTypes: includedEventTypes, filters: filters)
        }
    }

    struct TopicEntry: Codable, Sendable {
        var id: UInt64
        var name: String
        var settings: TopicSettings
        var nextSubscription: UInt32
        var subscriptions: [SubscriptionEntry]
        var deletedSubscriptions: [UInt32]
        /// From here on every frame is for everybody; while one for a single subscription is appended, the greatest number.
        var addressedBelow: UInt64?

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

    var format = Self.currentFormat
    var store: String
    var tokenKey: String
    var openCount: UInt32
    var nextTopic: UInt64
    var topics: [TopicEntry]
    var deletedTopics: [UInt64]
}
