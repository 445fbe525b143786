/// How long a failed delivery waits before it is tried again (contract 3.1).
public enum RetrySchedule: String, Sendable, Hashable, Codable, CaseIterable {
    /// That of namespace topics: at once, 10 s, 30 s, 1 min, 5 min, then every 5 min.
    case namespace = "Namespace"
    /// That of custom topics: 10 s, 30 s, 1 min, 5 min, 10 min, 30 min, 1 h, 3 h, 6 h, then every 12 h.
    case basic = "Basic"

    private var waits: [UInt64] {
        switch self {
        case .namespace: [0, 10, 30, 60, 300]
        case .basic: [10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200]
        }
    }

    /// The wait before the next attempt, in milliseconds.
    ///
    /// - Parameters:
    ///   - attempts: how many attempts have failed, from 1.
    ///   - atLeast: what the answer asks for, in seconds.
    ///   - chance: any number; makes the wait up to a tenth longer, never shorter, in one of ``jitterSteps`` steps: few enough that
    ///     deadlines of one wait stay nearly in order.
    func wait(after attempts: Int, atLeast: UInt64 = 0, chance: UInt64) -> UInt64 {
        let seconds = max(waits[min(max(attempts, 1), waits.count) - 1], atLeast)
        return seconds * 1_000 + seconds * 100 * (chance % Self.jitterSteps) / (Self.jitterSteps - 1)
    }

    private static let jitterSteps: UInt64 = 5
}
