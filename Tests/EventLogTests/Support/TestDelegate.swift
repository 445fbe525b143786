import EventLog
import Storage

/// Gives checkpoints and remembers what the log said.
final class TestDelegate: LogDelegate {
    private struct State {
        var checkpoint: [[UInt8]] = []
        var checkpointsTaken = 0
        var tails: [UInt64] = []
        var seals: [SegmentSummary] = []
        var slowSyncs: [(nanoseconds: UInt64, bytes: Int)] = []
        var failures: [LogError] = []
    }

    private let state = Guarded(State())
    private let whenAsked: (@Sendable () -> [[UInt8]])?

    /// `whenAsked` makes the checkpoints, on the committer's thread; else it is ``nextCheckpoint``.
    init(whenAsked: (@Sendable () -> [[UInt8]])? = nil) {
        self.whenAsked = whenAsked
    }

    /// The payloads of the next checkpoint.
    var nextCheckpoint: [[UInt8]] {
        get { state.withLock { $0.checkpoint } }
        set { state.withLock { $0.checkpoint = newValue } }
    }

    var checkpointsTaken: Int { state.withLock { $0.checkpointsTaken } }
    var tails: [UInt64] { state.withLock { $0.tails } }
    var slowSyncs: [(nanoseconds: UInt64, bytes: Int)] { state.withLock { $0.slowSyncs } }
    var seals: [SegmentSummary] { state.withLock { $0.seals } }
    var failures: [LogError] { state.withLock { $0.failures } }

    func checkpoint() -> [FrameBuffer] {
        let asked = whenAsked?()
        return state.withLock { state in
            state.checkpointsTaken += 1
            return (asked ?? state.checkpoint).map { FrameBuffer($0) }
        }
    }

    func logDidGrow(tail: UInt64) {
        state.withLock { $0.tails.append(tail) }
    }

    func logDidSeal(_ segment: SegmentSummary) {
        state.withLock { $0.seals.append(segment) }
    }

    func logDidSyncSlowly(nanoseconds: UInt64, bytes: Int) {
        state.withLock { $0.slowSyncs.append((nanoseconds, bytes)) }
    }

    func logDidFail(_ error: LogError) {
        state.withLock { $0.failures.append(error) }
    }
}

extension FrameBuffer {
    /// A frame with this payload.
    init(_ payload: [UInt8]) {
        self.init(capacity: payload.count)
        append(payload.span.bytes)
    }
}
