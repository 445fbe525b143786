/// Which log of which store a file belongs to: a segment is refused anywhere else.
public struct LogIdentity: Sendable, Hashable {
    /// The store, drawn at random when it is made.
    public var store: InlineIdentity
    /// The log in the store; never used twice.
    public var log: UInt64

    /// Names a log.
    public init(store: InlineIdentity, log: UInt64) {
        self.store = store
        self.log = log
    }
}

/// 16 random bytes.
public struct InlineIdentity: Sendable, Hashable {
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
