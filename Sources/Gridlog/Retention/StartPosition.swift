/// Where a new event subscription begins in its topic's log.
public enum StartPosition: Sendable, Hashable, Codable {
    /// With what is published after it was made.
    case now
    /// With the oldest event that the topic still holds.
    case earliest
    /// With the event of that sequence, or the oldest that is still there. At most one past the newest.
    case sequence(UInt64)
    /// With the first event that was published at that time or later, in nanoseconds since 1970. Not in the future.
    case time(UInt64)
}
