/// What a receive did, beside the deliveries it appended.
public struct ReceiveResult: Hashable, Sendable {
    /// How many deliveries were appended.
    public internal(set) var delivered = 0
    /// For the tokens of these deliveries.
    public internal(set) var lockedAt: UInt32 = 0
    /// Boot time in nanoseconds at which the locks end.
    public internal(set) var lockedUntil: UInt64 = 0
    /// There may be more to hand out, but the bound of sequences examined in one call was reached: call again.
    public internal(set) var moreToExamine = false
}
