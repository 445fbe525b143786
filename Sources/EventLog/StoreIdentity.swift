/// Which store: 16 bytes, drawn at random when it is made.
public struct StoreIdentity: Sendable, Hashable {
    /// The first 8 bytes, little-endian.
    public var low: UInt64
    /// The last 8 bytes, little-endian.
    public var high: UInt64

    /// The identity made of two numbers.
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}
