/// What a receiver answers for a delivery.
public enum SettleOperation: Sendable, Hashable {
    /// Done: never delivered again.
    case acknowledge
    /// Cannot be done: dropped, or dead-lettered where there is a destination.
    case reject
    /// To be delivered again after a delay in milliseconds, 0 for at once, at most ``IndexSettings/longestDelayMilliseconds``. `wallTime` is the time now in
    /// nanoseconds since 1970: the log keeps the end of the delay in wall time, because boot time starts anew at each boot.
    case release(delayMilliseconds: UInt64, wallTime: UInt64)
}
