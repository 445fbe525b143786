import CloudEvents
import Gridlog
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers the six data-plane operations on the connection's event loop, and passes every other request on to Hummingbird.
///
/// It stands before Hummingbird's own handlers. From the request's last byte to the answer there is no `await` and no task:
/// the broker tells the connection through its ``LoopInbox``. One request is under way at a time; what a client pipelines is
/// kept back, and reading stops until its turn comes.
final class DataPlaneHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    enum State {
        /// Between two requests.
        case idle
        case reading(DataPlaneRequest)
        /// The body of a refused request is read and thrown away, then the answer is sent.
        case discarding(ErrorAnswer, HTTPRequest, bytes: Int)
        /// The log has the request.
        case committing(HTTPRequest, LockTokenList?, Topic)
        /// A receive found nothing yet.
        case waiting(WaitingReceive)
        /// A request of Hummingbird's; over when both its end and that of its answer have passed.
        case passing(requestEnded: Bool, answerEnded: Bool)
        case closed
    }

    let dataPlane: DataPlane
    var state = State.idle
    /// Kept, so that its memory is used again.
    var scanner = EventScanner()
    /// Parts that came while a request was under way.
    private var pipelined = CircularBuffer<HTTPRequestPart>()
    private var readIsDue = false
    private var isResuming = false
    /// Close the connection when the request under way is answered.
    var isQuiescing = false
    private(set) var connection: DataPlaneConnection?
    private var context: ChannelHandlerContext?
    private var lastPath: (text: String, path: ResourcePath)?
    private var lastActivity = NIODeadline.now()
    private var idleCheck: RepeatedTask?

    init(_ dataPlane: DataPlane) {
        self.dataPlane = dataPlane
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
            isQuiescing = true
            stop(waiting)
            answerEmpty(waiting.head)
        case (ChannelEvent.inputClosed, .committing), (is ChannelShouldQuiesceEvent, .committing),
            (is ChannelShouldQuiesceEvent, .reading), (is ChannelShouldQuiesceEvent, .discarding):
            // Held back, because Hummingbird would close a connection on which it sees no request.
            isQuiescing = true
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func closeIfIdle() {
        switch state {
        case .committing, .waiting, .passing, .closed: return
        case .idle, .reading, .discarding:
            let limit = TimeAmount.seconds(DataPlane.idleSecondsMax)
            if NIODeadline.now() - lastActivity > limit { context?.close(promise: nil) }
        }
    }

    // MARK: - Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isClosed { return }
        let part = unwrapInboundIn(data)
        if case .passing(requestEnded: false, _) = state { return pass(part) }
        if isBusy || !pipelined.isEmpty {
            pipelined.append(part)
        } else {
            receive(part)
        }
    }

    func read(context: ChannelHandlerContext) {
        if pipelined.isEmpty { context.read() } else { readIsDue = true }
    }

    private var isBusy: Bool {
        switch state {
        case .committing, .waiting, .passing: true
        case .idle, .reading, .discarding, .closed: false
        }
    }

    private func receive(_ part: HTTPRequestPart) {
        switch part {
        case .head(let head):
            lastActivity = .now()
            begin(head)
        case .body(let bytes): append(bytes)
        case .end: finishBody()
        }
        if case .passing = state { pass(part) }
    }

    /// Goes on with what was pipelined, now that a request is answered.
    func resume() {
        state = .idle
        lastActivity = .now()
        // An answer that is sent at once comes back here: the outer call goes on.
        guard !isResuming else { return }
        isResuming = true
        defer { isResuming = false }
        while let part = pipelined.first, !isClosed, !isBusy || isPassingOpenRequest {
            pipelined.removeFirst()
            if isPassingOpenRequest { pass(part) } else { receive(part) }
        }
        if pipelined.isEmpty, readIsDue {
            readIsDue = false
            context?.read()
        }
    }

    private var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    private var isPassingOpenRequest: Bool {
        if case .passing(requestEnded: false, _) = state { true } else { false }
    }

    /// The resource path of a request, remembered for the next: most connections ask for the same one again and again.
    func resourcePath(_ text: String) -> ResourcePath? {
        if let lastPath, lastPath.text == text { return lastPath.path }
        guard let path = ResourcePath(path: Substring(text)) else { return nil }
        lastPath = (text, path)
        return path
    }

    // MARK: - Hummingbird's requests

    private func pass(_ part: HTTPRequestPart) {
        guard case .passing(let requestEnded, let answerEnded) = state else { return }
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
        let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
        context.write(data, promise: promise)
        guard isEnd, case .passing(let requestEnded, _) = state else { return }
        state = .passing(requestEnded: requestEnded, answerEnded: true)
        resumeIfPassed()
    }

    private func resumeIfPassed() {
        if case .passing(requestEnded: true, answerEnded: true) = state { resume() }
    }

    // MARK: - Answering

    /// Sends a whole answer and goes on with the next request.
    func send(_ head: HTTPResponse, _ body: ByteBuffer, closing: Bool) {
        guard let context, context.channel.isActive else { return }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        guard closing else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            return resume()
        }
        state = .closed
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(promise: nil) }
    }

    /// Tells a client that asked first that it may send the body (RFC 9110 section 10.1.1).
    func sendContinue() {
        context?.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    var eventLoop: (any EventLoop)? { context?.eventLoop }
    var allocator: ByteBufferAllocator { context?.channel.allocator ?? ByteBufferAllocator() }
}
