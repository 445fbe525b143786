/// What a pass over the deadlines did.
public struct ExpiryResult: Hashable, Sendable {
    /// How many events became available: that many waiting receivers may be woken.
    public internal(set) var madeAvailable = 0
    /// The bound of one pass was reached and more is due: call again.
    public internal(set) var moreDue = false
}
