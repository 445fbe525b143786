/// What a look at a subscription's events found.
public struct PeekedEvents: Sendable {
    /// Where an event stands.
    public enum State: String, Sendable, CaseIterable {
        /// It would be handed out to the next receivers.
        case available
        /// A receiver holds it, or what ends it is on the way to the log.
        case locked
        /// It was released with a delay that still runs.
        case delayed
    }

    /// One event.
    public struct Event: Sendable {
        /// Its ordinal in the topic's log.
        public let sequence: UInt64
        /// Where it stands.
        public let state: State
        /// How many times it was handed out.
        public let deliveryCount: Int
        /// When it was published, in nanoseconds since 1970.
        public let publishedAt: UInt64
        /// When its lock or its delay ends, in nanoseconds since 1970.
        public let until: UInt64?
        /// The event as it was published.
        public let json: [UInt8]
    }

    /// In the order of their sequences.
    public let events: [Event]
    /// Where to look on; `nil` when everything was looked at.
    public let next: UInt64?
}
