import NIOCore

/// When a run begins, and which part of it is measured.
struct LoadWindow: Sendable {
    /// The first request is sent.
    let begin: NIODeadline
    /// Answers from here on are measured.
    let measuredFrom: NIODeadline
    /// No request that begins anew is sent from here on, and no answer is measured.
    let end: NIODeadline

    /// - Parameter duration: of the part that is measured; nil when only a count of events ends it.
    init(begin: NIODeadline, warmup: TimeAmount, duration: TimeAmount?) {
        self.begin = begin
        measuredFrom = begin + warmup
        end = duration.map { begin + warmup + $0 } ?? .distantFuture
    }

    /// Before the run begins: nothing is sent and nothing measured.
    static let unknown = LoadWindow(begin: .distantFuture, warmup: .zero, duration: .zero)

    /// An answer that came then counts.
    func measures(_ moment: NIODeadline) -> Bool { measuredFrom <= moment && moment < end }
}
