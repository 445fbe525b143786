import NIOCore

/// What the connections of one event loop measure. Touched on that loop only.
final class LoadLane {
    let state: LoadState
    private(set) var figures = LoadFigures()
    private(set) var window: LoadWindow

    init(state: LoadState, window: LoadWindow) {
        self.state = state
        self.window = window
    }

    /// The run begins now.
    func begin(_ window: LoadWindow) { self.window = window }

    /// A request that begins anew may be sent at this moment.
    func mayBegin(at moment: NIODeadline) -> Bool { moment < window.end && !state.isStopped }

    /// Takes in a successful answer.
    ///
    /// - Parameter since: when the request was sent, or should have been sent.
    func record(
        _ operation: BenchOperation, since: NIODeadline, until: NIODeadline, events: Int, lost: Int, bytes: Int
    ) {
        state.count(operation, events: events)
        if lost > 0 {
            state.countRefusal()
            figures[operation].count(lost, of: .lostToken)
        }
        figures.lastAnswer = until
        if window.measures(until) {
            figures[operation].record(nanoseconds: (until - since).nanoseconds, events: events, bytes: bytes)
        }
    }

    /// Takes in an answer that refuses a request. Refusals count whenever they come.
    func record(refusalOf operation: BenchOperation, status: Int) {
        state.countRefusal()
        figures[operation].count(1, of: .status(status))
    }

    /// A request whose answer did not come.
    func record(unansweredOf operation: BenchOperation) {
        figures[operation].count(1, of: .unanswered)
    }
}
