/// Why an event cannot be delivered any more, and waits for its copy to reach the dead-letter destination.
public enum DeadLetterReason: UInt8, Sendable, CaseIterable {
    /// A receiver rejected it.
    case rejected = 1
    /// It outlived its time to live.
    case timeToLive = 2
    /// Its last delivery ended without an answer, or with a release.
    case deliveryCount = 3

    /// What the log says when it comes to that.
    var pending: SettlementRun.Operation {
        switch self {
        case .rejected: .rejectedPending
        case .timeToLive: .expiredPending
        case .deliveryCount: .exhaustedPending
        }
    }

    /// How it is settled when the destination has the copy, or at once where there is none.
    var settled: SettlementRun.Operation {
        switch self {
        case .rejected, .deliveryCount: .rejected
        case .timeToLive: .expired
        }
    }
}
