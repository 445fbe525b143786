import NIOCore
import NIOPosix

extension LoadRun {
    /// A lane for each event loop that is used: one a core, and no more than there are connections.
    func makeLanes(_ state: LoadState) async throws -> [LoopOwned<LoadLane>] {
        let loops = MultiThreadedEventLoopGroup.singleton.makeIterator().prefix(min(System.coreCount, jobs.count))
        var lanes: [LoopOwned<LoadLane>] = []
        for loop in loops {
            let lane = loop.submit { LoopOwned(LoadLane(state: state, window: .unknown), on: loop) }
            lanes.append(try await lane.get())
        }
        return lanes
    }

    /// Opens all connections.
    func connect(_ lanes: [LoopOwned<LoadLane>]) async throws -> [LoopOwned<LoadConnection>] {
        var opening: [EventLoopFuture<LoopOwned<LoadConnection>>] = []
        for (index, job) in jobs.enumerated() { opening.append(connect(job, lanes[index % lanes.count])) }
        var connections: [LoopOwned<LoadConnection>] = []
        var failure: (any Error)?
        for future in opening {
            do { connections.append(try await future.get()) } catch { failure = failure ?? error }
        }
        guard let failure else { return connections }
        for connection in connections { connection.tell { $0.abandon() } }
        throw BrokerClient.silence(of: address, error: failure, limit: .nanoseconds(patience.nanoseconds))
    }

    private func connect(
        _ job: LoadJob, _ lane: LoopOwned<LoadLane>
    ) -> EventLoopFuture<LoopOwned<LoadConnection>> {
        let made = lane.loop.makePromise(of: LoopOwned<LoadConnection>.self)
        return ClientBootstrap(group: lane.loop)
            .connectTimeout(patience)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1_024, initial: 16_384, maximum: Self.receiveBytesMax)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = LoadConnection(job: job, lane: lane.value)
                    try channel.pipeline.syncOperations.addHandler(connection)
                    made.succeed(LoopOwned(connection, on: channel.eventLoop))
                }
            }
            .connect(host: address.host, port: address.port)
            .flatMap { _ in made.futureResult }
            .flatMapErrorThrowing { error in
                made.fail(error)
                throw error
            }
    }

    /// Closes the connections and gathers what was measured.
    func result(
        _ end: (end: LoadEnd, moment: NIODeadline), _ state: LoadState, _ window: LoadWindow,
        _ connections: [LoopOwned<LoadConnection>], _ lanes: [LoopOwned<LoadLane>]
    ) async throws -> LoadResult {
        for connection in connections { try await connection.ask { $0.abandon() } }
        var figures = LoadFigures()
        for lane in lanes { figures.add(try await lane.ask { $0.figures }) }
        // A run whose work or server ended was over with the last answer; how long it took to notice is no part of it.
        let isExact = end.end == .timeUp || end.end == .interrupted
        let over = min(isExact ? end.moment : figures.lastAnswer ?? window.measuredFrom, window.end)
        let seconds = Double(max(0, (over - window.measuredFrom).nanoseconds)) / 1e9
        return LoadResult(figures: figures, counts: state.counts, end: end.end, seconds: seconds)
    }
}
