import EventLog
import Storage

/// Remembers what became of a frame.
final class TestTicket: AppendTicket {
    enum Outcome: Equatable {
        case committed(UInt64)
        case failed(LogError)
    }

    private let outcomes = Guarded<[Outcome]>([])
    private let whenCommitted: (@Sendable (UInt64) -> Void)?
    private let signal = Signal()

    /// `whenCommitted` is called on the committer's thread.
    init(whenCommitted: (@Sendable (UInt64) -> Void)? = nil) {
        self.whenCommitted = whenCommitted
    }

    func appendDidCommit(firstSequence: UInt64) {
        whenCommitted?(firstSequence)
        add(.committed(firstSequence))
    }

    func appendDidFail(_ error: LogError) {
        add(.failed(error))
    }

    private func add(_ outcome: Outcome) {
        outcomes.withLock { $0.append(outcome) }
        signal.withLock {}
        signal.wake()
    }

    /// What it was told; `nil` while nothing. A second answer would be a fault: then `nil` too, so that tests fail.
    var outcome: Outcome? {
        outcomes.withLock { $0.count == 1 ? $0[0] : nil }
    }

    /// Whether nothing was said yet.
    var isPending: Bool { outcomes.withLock { $0.isEmpty } }

    var firstSequence: UInt64? {
        if case .committed(let sequence) = outcome { sequence } else { nil }
    }

    var failure: LogError? {
        if case .failed(let error) = outcome { error } else { nil }
    }

    /// Sleeps until it was answered.
    func wait() {
        _ = signal.wait(nanoseconds: 20_000_000_000) { !isPending }
    }
}
