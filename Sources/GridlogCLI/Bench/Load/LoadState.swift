import Synchronization

/// What the connections of a run tell the command while they work. From any thread.
final class LoadState: Sendable {
    private let working: Atomic<Int>
    private let publishing: Atomic<Int>
    private let stopped = Atomic<Bool>(false)
    private let answerCount = Atomic<Int>(0)
    private let refusalCount = Atomic<Int>(0)
    private let published = Atomic<Int>(0)
    private let acknowledged = Atomic<Int>(0)
    private let firstFailure = Mutex<CommandFailure?>(nil)

    /// - Parameter publishing: how many of the connections publish.
    init(connections: Int, publishing: Int) {
        working = Atomic(connections)
        self.publishing = Atomic(publishing)
    }

    /// A connection got a successful answer.
    func count(_ operation: BenchOperation, events: Int) {
        answerCount.add(1, ordering: .relaxed)
        switch operation {
        case .publish: published.add(events, ordering: .relaxed)
        case .receive: break
        case .acknowledge: acknowledged.add(events, ordering: .relaxed)
        }
    }

    /// The server refused a request, or settled less than it was asked to.
    func countRefusal() { refusalCount.add(1, ordering: .relaxed) }

    /// A connection has nothing more to do.
    func finish(publishes: Bool) {
        if publishes { publishing.subtract(1, ordering: .releasing) }
        working.subtract(1, ordering: .releasing)
    }

    /// The run cannot go on. The first reason counts.
    func fail(_ failure: CommandFailure) {
        firstFailure.withLock { $0 = $0 ?? failure }
        stop()
    }

    /// No request that begins anew is sent any more.
    func stop() { stopped.store(true, ordering: .relaxed) }

    var isStopped: Bool { stopped.load(ordering: .relaxed) }
    /// Connections that still work.
    var connectionsWorking: Int { working.load(ordering: .acquiring) }
    /// Some connection still publishes.
    var isPublishing: Bool { publishing.load(ordering: .acquiring) > 0 }
    var failure: CommandFailure? { firstFailure.withLock { $0 } }

    /// How far the run is: successful answers, refusals, and events of those answers.
    var counts: LoadCounts {
        LoadCounts(
            answers: answerCount.load(ordering: .relaxed), refusals: refusalCount.load(ordering: .relaxed),
            published: published.load(ordering: .relaxed), acknowledged: acknowledged.load(ordering: .relaxed))
    }
}
