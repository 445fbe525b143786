/// Which dead-lettered events are put back to their event subscription.
public enum RedriveSelection: Sendable, Hashable {
    /// All that were dead-lettered up to a time in nanoseconds since 1970; `nil`: all.
    case all(until: UInt64?)
    /// Those with one of these ids, at most ``idsMax``.
    case ids([String])

    /// How many ids one call may name.
    public static let idsMax = 1_000
}
