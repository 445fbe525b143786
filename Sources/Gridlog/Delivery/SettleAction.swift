/// What a receiver answers for an event.
public enum SettleAction: Sendable, Hashable {
    /// Done: never delivered again on this subscription.
    case acknowledge
    /// Cannot be done: not delivered again.
    case reject
    /// To be delivered again, at once or after a delay.
    case release(ReleaseDelay)
}

/// The delays that a release may ask for, in seconds.
public enum ReleaseDelay: Int, Sendable, CaseIterable {
    /// Available again at once.
    case none = 0
    /// 10 seconds.
    case tenSeconds = 10
    /// 1 minute.
    case oneMinute = 60
    /// 10 minutes.
    case tenMinutes = 600
    /// 1 hour.
    case oneHour = 3_600
}
