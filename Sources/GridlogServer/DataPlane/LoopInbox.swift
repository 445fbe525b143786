import Gridlog
import NIOConcurrencyHelpers
import NIOCore

/// Brings results from other threads back to an event loop: one wake-up for all that arrive before the loop looks.
final class LoopInbox: Sendable {
    /// What a connection waited for.
    enum Result: Sendable {
        case published
        case settled([SettleOutcome])
        case failed(GridlogError)
        /// There may be events to receive.
        case mayReceive
    }

    private let loop: any EventLoop
    private let pending = NIOLockedValueBox<[(connection: DataPlaneConnection, result: Result)]>([])

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    /// From any thread.
    func post(_ result: Result, to connection: DataPlaneConnection) {
        let isFirst = pending.withLockedValue { pending in
            pending.append((connection, result))
            return pending.count == 1
        }
        if isFirst { loop.execute { self.deliver() } }
    }

    private func deliver() {
        let results = pending.withLockedValue { pending in
            let results = pending
            pending.removeAll(keepingCapacity: true)
            return results
        }
        for (connection, result) in results { connection.deliver(result) }
    }
}
