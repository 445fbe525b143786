/// What a look at a subscription's events found.
public struct PeekedEvents: Sendable {
    /// Where an event stands.
    public enum State: String, Sendable, CaseIterable {
        /// It would be handed out to the next receivers.
        case available
        /// A receiver holds it, or what ends it is on the way to the log.
        case locked
        /// It was released with a delay that still runs, or waits for the retry of a push.
        case delayed
        /// It cannot be delivered, and its copy is on the way to the dead-letter destination.
        case deadLetterPending
        /// It cannot be delivered; this is its copy at the destination. Shown only when it is asked for.
        case deadLettered
    }

    /// One event.
    public struct Event: Sendable {
        /// Its ordinal in the topic's log; of one that is dead-lettered, its place among those at the destination, from 1.
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
        /// Why it was dead-lettered, if it was.
        public let deadLetterReason: String?
    }

    /// In the order of their sequences.
    public let events: [Event]
    /// Where to look on; `nil` when everything was looked at.
    public let next: UInt64?
}
