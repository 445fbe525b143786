import DeliveryIndex

/// How far the copying of one event subscription's dead letters is. Guarded by the subscription's lock.
struct DeadLetterProgress {
    /// A batch is on its way to the destination.
    var isCopying = false
    /// How often in a row the destination has refused.
    private(set) var failures = 0
    /// The boot time at which it began to refuse, in nanoseconds.
    private var failingSince: UInt64?
    /// Not before this boot time, in nanoseconds.
    private(set) var nextAttempt: UInt64 = 0

    /// The waits after a refusal, in seconds; the last one repeats (contract 3.7).
    private static let waits: [UInt64] = [10, 60, 300]
    /// What a destination has refused for so long is given up, in nanoseconds: 2 days.
    static let patience: UInt64 = 2 * 86_400 * 1_000_000_000

    mutating func didSucceed() {
        self = DeadLetterProgress()
    }

    /// - Parameter now: boot time in nanoseconds.
    /// - Returns: which of the events to give up: those that have waited for so long while the destination refused.
    mutating func didFail(_ events: [PendingDeadLetter], at now: UInt64) -> [PendingDeadLetter] {
        isCopying = false
        let since = failingSince ?? now
        failingSince = since
        nextAttempt = now + Self.waits[min(failures, Self.waits.count - 1)] * 1_000_000_000
        failures += 1
        return events.filter { now - max($0.endedAt ?? since, since) >= Self.patience }
    }
}
