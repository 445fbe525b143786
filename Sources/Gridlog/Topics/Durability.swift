import EventLog

/// What an answer promises.
public enum Durability: String, Sendable, Codable, CaseIterable {
    /// Answered after `fdatasync`: survives a power cut.
    case durable
    /// Answered after the write, synced within 50 ms: survives the process, not the power.
    case written

    var commitLevel: CommitLevel {
        switch self {
        case .durable: .durable
        case .written: .written
        }
    }
}
