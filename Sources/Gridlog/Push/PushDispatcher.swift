import DequeModule
import HeapModule
import Storage

/// The thread that all push subscriptions work on: it hands events to their targets, and settles what came back.
///
/// Asleep while nothing happens. What a dead endpoint costs is its few attempts: it holds no thread and one request at most.
final class PushDispatcher: Sendable {
    /// Requests under way to all endpoints at most, beyond one to each: those that hang leave the others their share.
    private static let sharedMax = 1_024

    private struct Appointment: Comparable {
        let time: UInt64
        let pump: PushPump

        static func < (left: Appointment, right: Appointment) -> Bool { left.time < right.time }
        static func == (left: Appointment, right: Appointment) -> Bool { left.time == right.time }
    }

    private struct State {
        var queue = Deque<PushPump>()
        var queued: Set<ObjectIdentifier> = []
        var appointments = Heap<Appointment>()
        /// Requests that were not answered yet.
        var underWay = 0
        /// Those of them beyond one to each endpoint.
        var shared = 0
        var isStopping = false
        var hasNews = false

        mutating func enqueue(_ pump: PushPump) {
            if queued.insert(ObjectIdentifier(pump)).inserted { queue.append(pump) }
        }
    }

    private let clock: any TimeSource
    private let signal = Signal()
    /// Wakes whoever waits for the last answer.
    private let answered = Signal()
    private let state = Guarded(State())
    private let thread = RepeatingThread()

    init(clock: any TimeSource) {
        self.clock = clock
    }

    /// Boot time in nanoseconds.
    var now: UInt64 { clock.bootTime }

    func start() throws(StorageError) {
        try thread.start("push") { [self] in runOnce(waiting: true) }
    }

    func stop() {
        change { $0.isStopping = true }
        thread.join()
    }

    /// Lets a pump work soon.
    func run(_ pump: PushPump) {
        change { $0.enqueue(pump) }
    }

    /// Lets a pump work at a boot time. O(log appointments).
    func run(_ pump: PushPump, at time: UInt64) {
        change { $0.appointments.insert(Appointment(time: time, pump: pump)) }
    }

    // MARK: - Requests under way

    /// - Parameter isOnly: whether the endpoint has no other under way.
    func didBegin(isOnly: Bool) {
        state.withLock { state in
            state.underWay += 1
            if !isOnly { state.shared += 1 }
        }
    }

    /// - Parameter isOnly: whether the endpoint has no other under way.
    func didEnd(isOnly: Bool) {
        let isLast = state.withLock { state in
            state.underWay -= 1
            if !isOnly { state.shared -= 1 }
            return state.underWay == 0
        }
        guard isLast else { return }
        answered.withLock {}
        answered.wake()
    }

    /// Whether there is room for one more request of an endpoint that has some under way.
    var hasRoom: Bool { state.withLock { $0.shared < Self.sharedMax } }

    /// Sleeps until no request is under way, so long at most. Blocking.
    func waitUntilAnswered(nanoseconds: UInt64) {
        _ = answered.wait(nanoseconds: nanoseconds) { state.withLock { $0.underWay == 0 } }
    }

    // MARK: - The thread

    private func change(_ body: (inout State) -> Void) {
        let mustWake = state.withLock { state in
            body(&state)
            defer { state.hasNews = true }
            return !state.hasNews
        }
        guard mustWake else { return }
        signal.withLock {}
        signal.wake()
    }

    /// Lets everybody work who has something to do.
    ///
    /// - Returns: false when stopped.
    func runOnce(waiting: Bool) -> Bool {
        if waiting { sleep() }
        let now = clock.bootTime
        let (pumps, isStopping) = state.withLock { state -> ([PushPump], Bool) in
            state.hasNews = false
            while let first = state.appointments.min, first.time <= now {
                _ = state.appointments.popMin()
                state.enqueue(first.pump)
            }
            let pumps = Array(state.queue)
            state.queue.removeAll(keepingCapacity: true)
            state.queued.removeAll(keepingCapacity: true)
            return (pumps, state.isStopping)
        }
        for pump in pumps { pump.run() }
        return !isStopping
    }

    private func sleep() {
        let now = clock.bootTime
        let pause = state.withLock { state -> UInt64? in
            guard state.queue.isEmpty, !state.isStopping else { return 0 }
            return state.appointments.min.map { $0.time > now ? $0.time - now : 0 }
        }
        if pause != 0 { _ = signal.wait(nanoseconds: pause) { state.withLock { $0.hasNews } } }
    }
}
