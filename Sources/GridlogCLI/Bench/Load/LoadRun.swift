import NIOCore
import NIOPosix

/// Connections that work against the server until their work, the time or the server ends.
///
/// One event loop a core; requests, answers and figures never leave the loop of their connection. The command only looks
/// on, and ends what does not end by itself.
struct LoadRun {
    let address: BrokerAddress
    let jobs: [LoadJob]
    let warmup: TimeAmount
    /// Nil when only the work ends the run.
    let duration: TimeAmount?
    /// The server is given up when no successful answer comes for this long.
    let patience: TimeAmount

    /// Requests that are under way when the time is up have this long to be answered.
    static let grace = TimeAmount.seconds(3)
    private static let lookEvery = Duration.milliseconds(20)
    /// What one read of a connection takes, at most.
    static let receiveBytesMax = 512 << 10

    /// - Parameter watch: called many times a second with what was done so far.
    /// - Throws: when the server takes no connections; everything later is part of the result.
    func callAsFunction(
        _ interruption: Interruption, watch: (LoadCounts, NIODeadline, LoadWindow) -> Void
    ) async throws -> LoadResult {
        let state = LoadState(connections: jobs.count, publishing: jobs.count { $0.publishes })
        let lanes = try await makeLanes(state)
        let connections = try await connect(lanes)
        // All connections begin together.
        let window = LoadWindow(begin: .now(), warmup: warmup, duration: duration)
        for lane in lanes { lane.tell { $0.begin(window) } }
        for connection in connections { connection.tell { $0.proceed() } }
        let end = await look(at: state, window, connections, interruption, watch)
        return try await result(end, state, window, connections, lanes)
    }

    /// Looks on until the run is over.
    private func look(
        at state: LoadState, _ window: LoadWindow, _ connections: [LoopOwned<LoadConnection>],
        _ interruption: Interruption, _ watch: (LoadCounts, NIODeadline, LoadWindow) -> Void
    ) async -> (end: LoadEnd, moment: NIODeadline) {
        var stoppedAt: NIODeadline?
        var lastAnswer = (count: 0, moment: window.begin)
        while state.connectionsWorking > 0 {
            // Only this onlooker sleeps: requests go on in the event loops, which keep their own deadlines. Nobody cancels its task.
            try? await Task.sleep(for: Self.lookEvery)
            let now = NIODeadline.now()
            let counts = state.counts
            if counts.answers != lastAnswer.count { lastAnswer = (counts.answers, now) }
            if stoppedAt == nil, interruption.isRequested || state.failure != nil {
                state.stop()
                for connection in connections { connection.tell { $0.stop() } }
                stoppedAt = now
            }
            if now - Self.grace > min(window.end, stoppedAt ?? .distantFuture) { break }
            if now - lastAnswer.moment > patience {
                let seconds = Double(patience.nanoseconds) / 1e9
                state.fail(
                    CommandFailure(
                        status: .unreachable,
                        message: "\(address.origin) gave no successful answer for \(Figure.seconds(seconds))"))
                break
            }
            watch(counts, now, window)
        }
        let now = NIODeadline.now()
        if let failure = state.failure { return (.failed(failure), now) }
        if let stoppedAt { return (.interrupted, stoppedAt) }
        return now >= window.end ? (.timeUp, window.end) : (.workDone, now)
    }
}
