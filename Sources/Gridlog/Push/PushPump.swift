import DeliveryIndex
import Storage

/// Delivers the events of one push subscription: a consumer of its index like any receiver, which locks events, sends them, and answers
/// for each what the endpoint said.
///
/// It works on the dispatcher's thread; what targets tell, on any thread, is kept until it works again.
final class PushPump: ReceiveWaiter {
    /// An endpoint's answers to requests under way at most: what waits for the dispatcher is bounded by it.
    private struct Answer {
        let request: PushRequest
        let response: PushResponse
    }

    private struct State {
        var underWay = 0
        var health = EndpointHealth()
        var answers: [Answer] = []
        var isStopped = false
        /// What the endpoint said last of events that failed; for the dead-letter destination.
        var outcomes: [UInt64: String] = [:]
    }

    /// How long a locked event may take to be delivered, in seconds: the response limit twice.
    static let lockSeconds = 60
    /// Outcomes that are remembered at most.
    private static let outcomesMax = 10_000
    private static let defaultBatchKilobytes = 64

    private let target: any PushTarget
    private let settings: PushSettings
    private let maxDeliveryCount: Int
    private let headers: DeliveryHeaders
    private let dispatcher: PushDispatcher
    /// Names the subscription among all others.
    private let source: String
    private let state = Guarded(State())
    private let owner: Guarded<Owner>

    private struct Owner {
        weak var subscription: EventSubscription?
    }

    init(
        _ subscription: EventSubscription, _ settings: PushSettings, maxDeliveryCount: Int, target: any PushTarget,
        dispatcher: PushDispatcher
    ) {
        self.target = target
        self.settings = settings
        self.maxDeliveryCount = maxDeliveryCount
        self.dispatcher = dispatcher
        headers = DeliveryHeaders(settings.deliveryAttributes)
        source = "\(subscription.context.id)-\(subscription.id)"
        owner = Guarded(Owner(subscription: subscription))
    }

    /// Sends nothing more; what is under way is still answered for.
    func stop() {
        state.withLock { $0.isStopped = true }
        if let subscription = owner.withLock({ $0.subscription }) { subscription.stopWaiting(self) }
    }

    func wake() { dispatcher.run(self) }

    // MARK: - What became of an event

    /// What the endpoint said last of an event.
    func lastOutcome(of sequence: UInt64) -> String? { state.withLock { $0.outcomes[sequence] } }

    func forgetOutcome(of sequence: UInt64) { state.withLock { _ = $0.outcomes.removeValue(forKey: sequence) } }

    // MARK: - On the dispatcher's thread

    /// Answers for what came back, and sends what there is room for.
    func run() {
        guard let subscription = owner.withLock({ $0.subscription }) else { return }
        settle(subscription)
        while let room = room() {
            var isIncomplete = false
            let requests: [PushRequest]
            do throws(GridlogError) {
                requests = try take(room, from: subscription, &isIncomplete)
            } catch {
                // The topic is fenced, or the index found no room: the next event, or a second, brings it back.
                if error.code == .insufficientStorage {
                    dispatcher.run(self, at: subscription.context.clock.bootTime + 1_000_000_000)
                }
                return
            }
            for request in requests { send(request) }
            if requests.isEmpty, !isIncomplete { return }
        }
    }

    /// How many requests may be sent now; `nil` for none.
    private func room() -> Int? {
        let (room, probationEnd) = state.withLock { state -> (Int, UInt64?) in
            guard !state.isStopped else { return (0, nil) }
            let end = state.health.probationEnd
            guard dispatcher.now >= end else { return (0, state.underWay == 0 ? end : nil) }
            return (state.health.window - state.underWay, nil)
        }
        if let probationEnd { dispatcher.run(self, at: probationEnd) }
        return room > 0 && dispatcher.hasRoom(beyondOne: room > 1) ? room : nil
    }

    /// Locks events and makes requests of them.
    private func take(
        _ room: Int, from subscription: EventSubscription, _ isIncomplete: inout Bool
    ) throws(GridlogError) -> [PushRequest] {
        let events =
            settings.isBatched ? EventSubscription.receivedEventsMax : min(room, EventSubscription.receivedEventsMax)
        var requests: [PushRequest] = []
        repeat {
            let received = try subscription.receiveForPush(maxEvents: events, orWait: requests.isEmpty ? self : nil)
            isIncomplete = received.isIncomplete
            guard !received.isEmpty else { break }
            try received.forEach { event, _, json in
                add(
                    PushRequest.Event(
                        token: event.token, sequence: event.sequence, deliveryCount: event.deliveryCount),
                    json, to: &requests)
            }
        } while settings.isBatched && requests.count <= room && !isFull(requests.last)
        return requests
    }

    private func add(_ event: PushRequest.Event, _ json: RawSpan, to requests: inout [PushRequest]) {
        let isBatched = settings.isBatched
        let headers = headers.headers(of: json)
        if !isBatched || isFull(requests.last, with: json.byteCount) || requests.last?.headers != headers {
            requests.append(PushRequest(isBatch: isBatched, headers: headers))
        }
        requests[requests.count - 1].append(event, json)
    }

    /// Whether a request has no room for so many bytes more.
    private func isFull(_ request: PushRequest?, with bytes: Int = 0) -> Bool {
        guard let request else { return true }
        let bytesMax = (settings.preferredBatchKilobytes ?? Self.defaultBatchKilobytes) << 10
        return request.events.count >= settings.maxEventsPerBatch ?? PushSettings.batchEvents.upperBound
            || request.byteCount + bytes > bytesMax
    }

    private func send(_ request: PushRequest) {
        state.withLock { $0.underWay += 1 }
        dispatcher.didBegin()
        target.deliver(request.delivery(from: source)) { [self] outcome in
            let response = PushResponse(outcome, settings.retrySchedule)
            let now = dispatcher.now
            state.withLock { state in
                state.underWay -= 1
                state.health.note(response, at: now)
                state.answers.append(Answer(request: request, response: response))
            }
            dispatcher.didEnd()
            dispatcher.run(self)
        }
    }

    // MARK: - Settling

    private func settle(_ subscription: EventSubscription) {
        let answers = state.withLock { state in
            let answers = state.answers
            state.answers = []
            for answer in answers { remember(answer, &state.outcomes) }
            return answers
        }
        guard !answers.isEmpty else { return }
        var accepted: [LockToken] = []
        var refused: [LockToken] = []
        var again: [UInt64: [LockToken]] = [:]
        for answer in answers {
            switch answer.response.action {
            case .acknowledge: accepted += answer.request.events.map(\.token)
            case .reject: refused += answer.request.events.map(\.token)
            case .stop:
                refused += answer.request.events.map(\.token)
                subscription.pause("The endpoint answered 410 (Gone). Update the event subscription to go on.")
            case .retry(let seconds):
                for event in answer.request.events {
                    let wait = settings.retrySchedule.wait(
                        after: event.deliveryCount, atLeast: seconds, chance: subscription.context.environment.random())
                    again[wait, default: []].append(event.token)
                }
            }
        }
        subscription.countPushed(
            accepted: accepted.count, failed: answers.count { $0.response.action != .acknowledge })
        subscription.settle(.acknowledge, accepted)
        subscription.settle(.reject, refused)
        for (wait, tokens) in again {
            subscription.settle(
                .release(delayMilliseconds: wait, wallTime: subscription.context.clock.wallTime), tokens)
        }
    }

    private func remember(_ answer: Answer, _ outcomes: inout [UInt64: String]) {
        for event in answer.request.events {
            if answer.response.action == .acknowledge {
                if !outcomes.isEmpty { outcomes[event.sequence] = nil }
            } else if outcomes.count < Self.outcomesMax || outcomes[event.sequence] != nil {
                outcomes[event.sequence] = answer.response.outcome
            }
        }
    }
}
