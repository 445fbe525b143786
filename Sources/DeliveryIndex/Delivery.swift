/// One event handed out to a receiver.
public struct Delivery: Hashable, Sendable {
    /// The event.
    public let sequence: UInt64
    /// Which delivery of the event, for its token.
    public let generation: UInt16
    /// How many times it was handed out, this time included; from 1, stays at 1,023.
    public let deliveryCount: UInt16
}
