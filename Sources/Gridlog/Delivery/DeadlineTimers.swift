import HeapModule
import Storage

/// Calls event subscriptions when a lock or a delay that somebody waits for comes to its end.
///
/// One thread for the whole broker, asleep until the earliest deadline; cost does not depend on idle subscriptions.
final class DeadlineTimers: Sendable {
    private struct Entry: Comparable {
        let deadline: UInt64
        weak var subscription: EventSubscription?

        static func < (left: Entry, right: Entry) -> Bool { left.deadline < right.deadline }
        static func == (left: Entry, right: Entry) -> Bool { left.deadline == right.deadline }
    }

    private struct State {
        var heap = Heap<Entry>()
        var isStopping = false
        var hasNews = false
    }

    private let clock: any TimeSource
    private let signal = Signal()
    private let state = Guarded(State())
    private let thread = RepeatingThread()

    init(clock: any TimeSource) {
        self.clock = clock
    }

    func start() throws(StorageError) {
        try thread.start("deadlines") { [self] in runOnce(waiting: true) }
    }

    func stop() {
        state.withLock {
            $0.isStopping = true
            $0.hasNews = true
        }
        signal.withLock {}
        signal.wake()
        thread.join()
    }

    /// Has the subscription called at a boot time. O(log entries).
    func schedule(_ subscription: EventSubscription, at deadline: UInt64) {
        let isFirst = state.withLock { state in
            state.heap.insert(Entry(deadline: deadline, subscription: subscription))
            let isFirst = state.heap.min?.deadline == deadline
            if isFirst { state.hasNews = true }
            return isFirst
        }
        if isFirst {
            signal.withLock {}
            signal.wake()
        }
    }

    /// Calls everyone who is due. - Returns: false when stopped.
    func runOnce(waiting: Bool) -> Bool {
        if waiting { sleep() }
        let now = clock.bootTime
        while let entry = state.withLock({ state in
            state.heap.min.flatMap { $0.deadline <= now ? state.heap.popMin() : nil }
        }) {
            entry.subscription?.deadlineDidPass(entry.deadline)
        }
        return state.withLock { !$0.isStopping }
    }

    private func sleep() {
        let now = clock.bootTime
        let pause = state.withLock { state -> UInt64? in
            state.hasNews = state.isStopping
            return state.heap.min.map { $0.deadline > now ? $0.deadline - now : 0 }
        }
        if pause != 0 { _ = signal.wait(nanoseconds: pause) { state.withLock { $0.hasNews } } }
    }
}
