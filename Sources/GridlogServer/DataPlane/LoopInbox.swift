import Gridlog
import NIOConcurrencyHelpers
import NIOCore

/// Brings results from other threads back to an event loop: one wake-up for all that arrive before the loop looks, and one for all
/// that a group of commits answers.
final class LoopInbox: Sendable {
    /// What a connection waited for.
    enum Result: Sendable {
        case published
        case settled([SettleOutcome])
        case failed(GridlogError)
        /// There may be events to receive.
        case mayReceive
    }

    private struct State {
        var pending: [(connection: DataPlaneConnection, result: Result)] = []
        /// The loop has been told, and has not looked yet.
        var isAwaited = false
        /// More is coming: the loop is told at the end of it.
        var isHeld = false

        /// Whether to tell the loop now.
        mutating func mustWake() -> Bool {
            guard !isHeld, !isAwaited, !pending.isEmpty else { return false }
            isAwaited = true
            return true
        }
    }

    private let loop: any EventLoop
    private let state = NIOLockedValueBox(State())

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    /// From any thread.
    func post(_ result: Result, to connection: DataPlaneConnection) {
        change { $0.pending.append((connection, result)) }
    }

    /// Keeps the loop asleep until ``letGo()``, whatever is posted.
    func hold() {
        change { $0.isHeld = true }
    }

    func letGo() {
        change { $0.isHeld = false }
    }

    private func change(_ body: (inout State) -> Void) {
        let mustWake = state.withLockedValue { state in
            body(&state)
            return state.mustWake()
        }
        if mustWake { loop.execute { self.deliver() } }
    }

    private func deliver() {
        let results = state.withLockedValue { state in
            state.isAwaited = false
            let results = state.pending
            state.pending.removeAll(keepingCapacity: true)
            return results
        }
        for (connection, result) in results { connection.deliver(result) }
    }
}
