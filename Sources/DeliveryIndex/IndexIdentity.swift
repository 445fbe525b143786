/// What an index belongs to: in the header of each of its files, and in its tokens.
public struct IndexIdentity: Hashable, Sendable {
    /// The first 8 bytes of the store's random identity.
    public var storeLow: UInt64
    /// The last 8 bytes of the store's random identity.
    public var storeHigh: UInt64
    /// The topic's id, never used twice in a store (R30).
    public var topic: UInt64
    /// The event subscription's id, never used twice in a topic.
    public var subscription: UInt32
    /// The topic's incarnation, as it stands in tokens: differs between two topics of one name.
    public var incarnation: UInt32

    /// Names one event subscription of one topic of one store.
    public init(storeLow: UInt64, storeHigh: UInt64, topic: UInt64, subscription: UInt32, incarnation: UInt32) {
        self.storeLow = storeLow
        self.storeHigh = storeHigh
        self.topic = topic
        self.subscription = subscription
        self.incarnation = incarnation
    }
}
