/// Why an event cannot be delivered any more, and waits for its copy to reach the dead-letter destination.
public enum DeadLetterReason: UInt8, Sendable, CaseIterable {
    /// A receiver rejected it.
    case rejected = 1
    /// It outlived its time to live.
    case timeToLive = 2
    /// Its last delivery ended without an answer, or with a release.
    case deliveryCount = 3

    /// How it is settled when the destination has the copy.
    var settled: SettlementRun.Operation {
        switch self {
        case .rejected, .deliveryCount: .rejected
        case .timeToLive: .expired
        }
    }
}
