/// A thread that does one step after the other until a step says that it was the last.
public final class RepeatingThread: Sendable {
    private let thread = Guarded<WorkerThread?>(nil)

    /// A thread that is not there yet.
    public init() {}

    /// Whether it was started and not waited for.
    public var isStarted: Bool { thread.withLock { $0 != nil } }

    /// Starts it; call it once.
    ///
    /// - Parameter step: sleeps until there is something to do, does it, and says whether to go on.
    public func start(
        _ name: String, priority: WorkerThread.Priority = .normal, _ step: @escaping @Sendable () -> Bool
    ) throws(StorageError) {
        let started = try WorkerThread(name, priority: priority) {
            while step() {}
        }
        thread.withLock { $0 = started }
    }

    /// Waits until the last step has returned; does nothing when it was never started. Have a step say that it is the last one first.
    public func join() {
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }
}
