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
    /// A destination that refuses for so long gets nothing of what waits, in nanoseconds: 2 days.
    static let patience: UInt64 = 2 * 86_400 * 1_000_000_000

    mutating func didSucceed() {
        self = DeadLetterProgress()
    }

    /// - Returns: whether to give the events up.
    mutating func didFail(at now: UInt64) -> Bool {
        isCopying = false
        let since = failingSince ?? now
        failingSince = since
        nextAttempt = now + Self.waits[min(failures, Self.waits.count - 1)] * 1_000_000_000
        failures += 1
        return now - since >= Self.patience
    }
}
