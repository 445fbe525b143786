/// Which log of which store a file belongs to: a segment is refused anywhere else.
public struct LogIdentity: Sendable, Hashable {
    /// The store, drawn at random when it is made.
    public var store: StoreIdentity
    /// The log in the store; never used twice.
    public var log: UInt64

    /// Names a log.
    public init(store: StoreIdentity, log: UInt64) {
        self.store = store
        self.log = log
    }
}
