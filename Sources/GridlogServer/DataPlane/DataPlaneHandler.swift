import CloudEvents
import Gridlog
import NIOCore
import NIOHTTP1

/// Answers the six data-plane operations on the connection's event loop, and passes every other request on to Hummingbird.
///
/// It stands before Hummingbird's own handlers, right behind the HTTP decoder of NIO, and its answers pass by the encoder. From the request's last byte to the answer there is no `await` and no task:
/// the broker tells the connection through its ``LoopInbox``. One request is under way at a time; what a client pipelines is
/// kept back, and reading stops until its turn comes.
final class DataPlaneHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    enum State {
        /// Between two requests.
        case idle
        case reading(DataPlaneRequest)
        /// The body of a refused request is read and thrown away, then the answer is sent.
        case discarding(ErrorAnswer, HTTPRequestHead, bytes: Int)
        /// The log has the request.
        case committing(HTTPRequestHead, LockTokenList?, Topic)
        /// A receive found nothing yet.
        case waiting(WaitingReceive)
        /// A request of Hummingbird's; over when both its end and that of its answer have passed.
        case passing(requestEnded: Bool, answerEnded: Bool)
        case closed
    }

    let dataPlane: DataPlane
    private let outlet: AnswerOutlet
    var state = State.idle
    /// Kept, so that its memory is used again.
    var scanner = EventScanner()
    /// Parts that came while a request was under way.
    private var pipelined = CircularBuffer<HTTPServerRequestPart>()
    private var readIsDue = false
    /// What the channel said last: asking it for each part of a request takes longer.
    private var isWritable = true
    private var isResuming = false
    /// The request that Hummingbird answers is a HEAD.
    var passesHead = false
    /// The server ends: the request under way is the last.
    var isQuiescing = false
    /// The client sends nothing more.
    private var inputHasEnded = false
    private(set) var connection: DataPlaneConnection?
    private var context: ChannelHandlerContext?
    /// What the last requests were about, the newest first.
    private var recentPaths: [(text: String, path: ResourcePath)] = []
    private static let recentPathsMax = 2
    private var lastActivity = NIODeadline.now()
    private var idleCheck: RepeatedTask?

    init(_ dataPlane: DataPlane, outlet: AnswerOutlet) {
        self.dataPlane = dataPlane
        self.outlet = outlet
    }

    // MARK: - Connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection = DataPlaneConnection(
            self, on: context.eventLoop, inbox: dataPlane.inbox(of: context.eventLoop))
        let period = TimeAmount.seconds(DataPlane.idleSecondsMax / 3)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        idleCheck = context.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
            bound.value.closeIfIdle()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        if case .waiting(let waiting) = state { stop(waiting) }
        state = .closed
        idleCheck?.cancel()
        connection?.detach()
        context = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch (event, state) {
        case (ChannelEvent.inputClosed, .waiting(let waiting)), (is ChannelShouldQuiesceEvent, .waiting(let waiting)):
            // The server ends, or the client is gone: events would be locked for nobody.
            endAfterAnswer(event)
            stop(waiting)
            answerEmpty(waiting.head)
        case (ChannelEvent.inputClosed, .committing), (is ChannelShouldQuiesceEvent, .committing),
            (is ChannelShouldQuiesceEvent, .reading), (is ChannelShouldQuiesceEvent, .discarding):
            // Held back, because Hummingbird would close a connection on which it sees no request.
            endAfterAnswer(event)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// At the end of the server the request under way is the last; at the end of the client's, what it pipelined is still answered.
    private func endAfterAnswer(_ event: Any) {
        if event is ChannelShouldQuiesceEvent { isQuiescing = true } else { inputHasEnded = true }
    }

    /// Whether the next answer is the last on this connection.
    var isLastAnswer: Bool { isQuiescing || inputHasEnded && pipelined.isEmpty }

    private func closeIfIdle() {
        switch state {
        case .committing, .waiting, .passing(requestEnded: true, _): return
        case .idle, .reading, .discarding, .passing(requestEnded: false, _), .closed:
            let limit = TimeAmount.seconds(DataPlane.idleSecondsMax)
            if NIODeadline.now() - lastActivity > limit { context?.close(promise: nil) }
        }
    }

    // MARK: - Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isClosed { return }
        let part = unwrapInboundIn(data)
        if case .passing(requestEnded: false, _) = state { return pass(part) }
        if isBusy || !pipelined.isEmpty || !isWritable {
            pipelined.append(part)
        } else {
            receive(part)
        }
    }

    /// Those behind need not hear of what they were not given.
    func channelReadComplete(context: ChannelHandlerContext) {
        if case .passing = state { context.fireChannelReadComplete() }
    }

    /// Nothing more is read while requests are kept back, or while the client does not read its answers.
    func read(context: ChannelHandlerContext) {
        if pipelined.isEmpty, isWritable { context.read() } else { readIsDue = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable { goOn() }
        context.fireChannelWritabilityChanged()
    }

    private var isBusy: Bool {
        switch state {
        case .committing, .waiting, .passing: true
        case .idle, .reading, .discarding, .closed: false
        }
    }

    private func receive(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            lastActivity = .now()
            begin(head)
        case .body(let bytes):
            lastActivity = .now()
            append(bytes)
        case .end: finishBody()
        }
        if case .passing = state { pass(part) }
    }

    /// Goes on with what was pipelined, now that a request is answered.
    func resume() {
        state = .idle
        lastActivity = .now()
        goOn()
    }

    private func goOn() {
        // An answer that is sent at once comes back here: the outer call goes on.
        guard !isResuming, let context else { return }
        isResuming = true
        defer { isResuming = false }
        while isWritable, !isClosed, !isBusy || isPassingOpenRequest, let part = pipelined.popFirst() {
            if isPassingOpenRequest { pass(part) } else { receive(part) }
        }
        if pipelined.isEmpty, readIsDue, isWritable {
            readIsDue = false
            context.read()
        }
    }

    private var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    private var isPassingOpenRequest: Bool {
        if case .passing(requestEnded: false, _) = state { true } else { false }
    }

    /// The resource path of a request, remembered for the next: most connections publish to one topic, or receive and acknowledge in
    /// turns.
    func resourcePath(_ text: Substring) -> ResourcePath? {
        for (known, path) in recentPaths where known == text { return path }
        guard let path = ResourcePath(path: text) else { return nil }
        if recentPaths.count == Self.recentPathsMax { recentPaths.removeLast() }
        recentPaths.insert((String(text), path), at: 0)
        return path
    }

    // MARK: - Hummingbird's requests

    private func pass(_ part: HTTPServerRequestPart) {
        guard case .passing(let requestEnded, let answerEnded) = state else { return }
        lastActivity = .now()
        if case .end = part {
            state = .passing(requestEnded: true, answerEnded: answerEnded)
        } else {
            state = .passing(requestEnded: requestEnded, answerEnded: answerEnded)
        }
        context?.fireChannelRead(wrapInboundOut(part))
        if case .end = part {
            context?.fireChannelReadComplete()
            resumeIfPassed()
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        // The answer to HEAD has the headers of one to GET, and no content (RFC 9110 section 9.3.2).
        if case .body = part, passesHead {
            promise?.succeed()
            return
        }
        context.write(data, promise: promise)
        guard case .end = part, case .passing(let requestEnded, _) = state else { return }
        state = .passing(requestEnded: requestEnded, answerEnded: true)
        resumeIfPassed()
    }

    private func resumeIfPassed() {
        if case .passing(requestEnded: true, answerEnded: true) = state { resume() }
    }

    // MARK: - Answering

    /// Sends a whole answer and goes on with the next request.
    ///
    /// - Parameter content: what did not go into the same buffer as the head.
    func send(_ head: ByteBuffer, _ content: ByteBuffer?, closing: Bool) {
        guard let context else { return }
        if content != nil { outlet.write(head) }
        guard closing else {
            outlet.writeAndFlush(content ?? head)
            return resume()
        }
        state = .closed
        lastActivity = .now()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        outlet.writeAndFlush(content ?? head, promise: sent)
    }

    /// Tells a client that asked first that it may send the body (RFC 9110 section 10.1.1).
    func sendContinue() {
        outlet.writeAndFlush(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
    }

    var eventLoop: (any EventLoop)? { context?.eventLoop }
    var allocator: ByteBufferAllocator { context?.channel.allocator ?? ByteBufferAllocator() }
}
