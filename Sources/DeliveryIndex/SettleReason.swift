/// How a slot came to be settled.
public enum SettleReason: UInt8, Sendable, CaseIterable {
    /// A receiver acknowledged it.
    case acknowledged = 0
    /// A receiver rejected it, or its last delivery failed.
    case rejected = 1
    /// It outlived its time to live, or its segment's retention.
    case expired = 2
    /// The subscription's filter refused it.
    case filtered = 3
}
