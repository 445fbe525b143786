import NIOCore

/// A connection under load: one request is under way at a time, and the next is sent by the call that read the answer.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let lane: LoadLane
    private var work: any BenchWork
    private let publishes: Bool
    private var pacer: Pacer?
    private var decoder = AnswerDecoder()
    private var underWay: (operation: BenchOperation, since: NIODeadline)?
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var hasFinished = false

    /// How long a connection waits after the server refused a request that it may take later.
    private static let refusalPause = TimeAmount.milliseconds(100)

    init(job: LoadJob, lane: LoadLane) {
        self.lane = lane
        work = job.makeWork(lane.state)
        publishes = job.publishes
        pacer = job.pacer
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: - Sending

    /// Sends the next request, or waits until it is due.
    func proceed(at now: NIODeadline = .now()) {
        timer = nil
        guard let context, !hasFinished, underWay == nil else { return }
        var since = now
        let beginsAnew = work.beginsAnew
        if beginsAnew {
            guard lane.mayBegin(at: now) else { return finish() }
            if let due = pacer?.due(since: lane.window.begin) {
                guard due <= now else { return proceed(laterAt: min(due, lane.window.end), context) }
                since = due
            }
        }
        guard let request = work.next() else { return finish() }
        if beginsAnew { pacer?.advance() }
        underWay = (request.operation, since)
        context.writeAndFlush(wrapOutboundOut(request.bytes), promise: nil)
    }

    private func proceed(laterAt moment: NIODeadline, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: moment) { bound.value.proceed() }
    }

    /// The run ends: what waits for its turn is not sent. What is under way goes on.
    func stop() {
        guard let timer, work.beginsAnew else { return }
        timer.cancel()
        finish()
    }

    /// The run is over. A request that is still under way counts as unanswered.
    func abandon() {
        timer?.cancel()
        if let underWay { lane.record(unansweredOf: underWay.operation) }
        underWay = nil
        hasFinished = true
        context?.close(promise: nil)
    }

    private func finish() {
        if hasFinished { return }
        hasFinished = true
        lane.state.finish(publishes: publishes)
    }

    // MARK: - Answers

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        do throws(CommandFailure) {
            guard let answer = try decoder.next() else { return }
            // One request is under way at a time, so nothing can follow.
            guard underWay != nil, decoder.isEmpty else { throw AnswerHead.failure("nothing was asked") }
            take(answer, context)
        } catch {
            fail(error)
        }
    }

    private func take(_ answer: Answer, _ context: ChannelHandlerContext) {
        guard let (operation, since) = underWay else { return }
        let now = NIODeadline.now()
        underWay = nil
        switch work.finish(answer) {
        case .done(let events, let lost, let bytes):
            lane.record(operation, since: since, until: now, events: events, lost: lost, bytes: bytes)
            proceed(at: now)
        case .refused(let status):
            lane.record(refusalOf: operation, status: status)
            proceed(laterAt: now + Self.refusalPause, context)
        case .failed(let failure):
            if answer.status != 200 { lane.record(refusalOf: operation, status: answer.status) }
            fail(failure)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !hasFinished {
            fail(CommandFailure(status: .unreachable, message: "the server closed a connection"))
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(CommandFailure(status: .unreachable, message: "a connection broke: \(BrokerClient.plain(error))"))
        context.close(promise: nil)
    }

    private func fail(_ failure: CommandFailure) {
        if hasFinished { return }
        if let underWay { lane.record(unansweredOf: underWay.operation) }
        underWay = nil
        lane.state.fail(failure)
        finish()
    }
}
