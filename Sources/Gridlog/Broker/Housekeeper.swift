import EventLog
import Storage

/// Does in the background what nobody waits for: makes the blocks of the next segments ready.
///
/// One thread for the whole broker, asleep while there is nothing to do.
final class Housekeeper: Sendable {
    private struct State {
        var logs: [SegmentedLog] = []
        var isStopping = false
    }

    private let signal = Signal()
    private let state = Guarded(State())
    private let thread = Guarded<WorkerThread?>(nil)

    func start() throws(StorageError) {
        let thread = try WorkerThread("housekeeping") { [self] in
            while runOnce(waiting: true) {}
        }
        self.thread.withLock { $0 = thread }
    }

    func stop() {
        change { $0.isStopping = true }
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }

    /// The log will soon need another segment.
    func prepareSegment(of log: SegmentedLog) {
        change { state in
            if !state.logs.contains(where: { $0 === log }) { state.logs.append(log) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        signal.withLock { state.withLock(body) }
        signal.wake()
    }

    /// - Returns: false when stopped.
    func runOnce(waiting: Bool) -> Bool {
        if waiting {
            _ = signal.wait(nanoseconds: nil) { state.withLock { !$0.logs.isEmpty || $0.isStopping } }
        }
        let (logs, isStopping) = state.withLock { state in
            defer { state.logs.removeAll() }
            return (state.logs, state.isStopping)
        }
        // What fails here, on a full disk for one, is tried again by the roll itself, which reports it.
        if !isStopping { for log in logs { try? log.prepareNextSegment() } }
        return !isStopping
    }
}
