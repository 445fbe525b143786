import CloudEvents
import Gridlog
import HTTPTypes
import NIOCore
import NIOHTTP1

/// A request from its head to the broker.
extension DataPlaneHandler {
    func begin(_ head: HTTPRequestHead) {
        guard let path = resourcePath(head.target), let operation = path.dataPlaneOperation else {
            state = .passing(requestEnded: false, answerEnded: false)
            passesHead = head.method == .HEAD
            if head.expectsContinue { sendContinue() }
            return
        }
        do {
            let request = try accept(head, path, operation)
            state = .reading(request)
            if head.expectsContinue { sendContinue() }
        } catch {
            refuse(error, head)
        }
    }

    /// Finds what the request is about, before its body is read.
    private func accept(
        _ head: HTTPRequestHead, _ path: ResourcePath, _ operation: Operation
    ) throws(ErrorAnswer) -> DataPlaneRequest {
        guard head.method == .POST else { throw .wrongMethod(allowed: [.post]) }
        if let refusal = dataPlane.access.authorize(head.headers, path: head.target) {
            throw refusal
        }
        let topicName = path.topic ?? ""
        guard let topic = dataPlane.broker.topic(topicName) else { throw .unknownTopic(topicName) }
        var subscription: EventSubscription?
        if let name = path.subscription { subscription = try topic.existingSubscription(name) }
        let length = head.field(.contentLength).flatMap { Int($0) } ?? 0
        guard length <= RequestLimits.bodyBytesMax else { throw Self.bodyTooLarge }
        // A claim alone reserves no more than this.
        let capacity = min(max(length, 0), DataPlane.claimedBytesMax)
        return DataPlaneRequest(
            head: head, operation: operation, topic: topic, subscription: subscription,
            body: Publication(capacity: capacity))
    }

    static var bodyTooLarge: ErrorAnswer {
        ErrorAnswer(
            .payloadTooLarge,
            "The body is larger than \(RequestLimits.bodyBytesMax) bytes; send fewer events at once.")
    }

    /// The rest of the body is read first, so that the client sees the answer.
    private func refuse(_ error: ErrorAnswer, _ head: HTTPRequestHead, bytes: Int = 0) {
        state = .discarding(error, head, bytes: bytes)
        // Whoever waits for leave to send the body will not send it.
        if head.expectsContinue { answer(error, head, closing: true) }
    }

    func append(_ bytes: ByteBuffer) {
        switch state {
        case .reading(let request):
            guard request.body.count + bytes.readableBytes <= RequestLimits.bodyBytesMax else {
                return refuse(Self.bodyTooLarge, request.head, bytes: request.body.count + bytes.readableBytes)
            }
            request.body.append(bytes.readableBytesSpan)
        case .discarding(let error, let head, let discarded):
            let total = discarded + bytes.readableBytes
            state = .discarding(error, head, bytes: total)
            if total > DataPlane.discardedBytesMax { answer(error, head, closing: true) }
        default: break
        }
    }

    func finishBody() {
        switch state {
        case .discarding(let error, let head, _): answer(error, head, closing: error.code == .payloadTooLarge)
        case .reading(let request):
            do {
                try start(request)
            } catch {
                answer(error, request.head)
            }
        default: break
        }
    }

    private func start(_ request: DataPlaneRequest) throws(ErrorAnswer) {
        guard let subscription = request.subscription else { return try publish(request) }
        switch request.operation {
        case .publish: break
        case .receive: try receive(request, subscription)
        case .acknowledge: try settle(.acknowledge, request, subscription)
        case .reject: try settle(.reject, request, subscription)
        case .release: try settle(.release(releaseDelay(request.query)), request, subscription)
        case .renewLock: try renewLocks(request, subscription)
        }
    }

    /// Runs what the broker may refuse.
    func broker<Result>(_ body: () throws(GridlogError) -> Result) throws(ErrorAnswer) -> Result {
        do {
            return try body()
        } catch {
            throw ErrorAnswer(error)
        }
    }

    // MARK: - Publish

    private func publish(_ request: DataPlaneRequest) throws(ErrorAnswer) {
        guard let connection else { return }
        state = .committing(request.head, nil, request.topic)
        try broker { () throws(GridlogError) in
            if ContentMode(contentType: request.head.field(.contentType)) == .binary {
                try request.topic.publishBinary(
                    headers: request.head.headers, body: request.body.bytes, scanner: &scanner, completion: connection)
            } else {
                try request.topic.publish(request.body, scanner: &scanner, completion: connection)
            }
        }
    }

    // MARK: - Settle

    private func settle(
        _ action: SettleAction, _ request: DataPlaneRequest, _ subscription: EventSubscription
    ) throws(ErrorAnswer) {
        guard let connection else { return }
        let list = try LockTokenList(request.body.bytes)
        var tokens = subscription.lockTokens()
        list.append(to: &tokens)
        state = .committing(request.head, list, request.topic)
        subscription.settle(action, tokens, completion: connection)
    }

    private func renewLocks(_ request: DataPlaneRequest, _ subscription: EventSubscription) throws(ErrorAnswer) {
        let list = try LockTokenList(request.body.bytes)
        var tokens = subscription.lockTokens()
        list.append(to: &tokens)
        let outcomes = try broker { () throws(GridlogError) in try subscription.renewLocks(tokens) }
        // Renewing promises nothing about the log.
        answer(outcomes, list, request.head, nil)
    }

    private func releaseDelay(_ query: QueryParameters) throws(ErrorAnswer) -> ReleaseDelay {
        guard let text = query["releasedelayinseconds"] else { return .none }
        guard let delay = Int(text).flatMap(ReleaseDelay.init) else {
            let allowed = ReleaseDelay.allCases.map { String($0.rawValue) }.joined(separator: ", ")
            throw ErrorAnswer(.badRequest, "releaseDelayInSeconds is '\(text)'; it must be one of \(allowed).")
        }
        return delay
    }

    // MARK: - What the broker says

    /// On the event loop. A result for a request that was answered meanwhile is passed over.
    func complete(_ result: LoopInbox.Result) {
        switch result {
        case .published:
            if case .committing(let head, _, let topic) = state { answerPublished(head, topic) }
        case .settled(let outcomes):
            if case .committing(let head, let list?, let topic) = state { answer(outcomes, list, head, topic) }
        case .failed(let error):
            if case .committing(let head, _, _) = state { answer(ErrorAnswer(error), head) }
        case .mayReceive:
            if case .waiting(let waiting) = state { receiveAgain(waiting) }
        }
    }
}
