import DeliveryIndex
import Storage

/// Delivers the events of one push subscription: a consumer of its index like any receiver, which locks events, sends them, and answers
/// for each what the endpoint said.
///
/// It works on the dispatcher's thread; what targets tell, on any thread, is kept until it works again.
final class PushPump: ReceiveWaiter {
    /// What an endpoint said of a request.
    private struct Answer {
        let request: PushRequest
        let response: PushResponse
    }

    private struct State {
        var underWay = 0
        var health = EndpointHealth()
        /// To be settled; with what is under way never more than ``EndpointHealth/windowMax``, and one.
        var answers: [Answer] = []
        var isStopped = false
    }

    /// How long a locked event may take to be delivered, in seconds: the response limit twice.
    static let lockSeconds = 60
    private static let defaultBatchKilobytes = 64

    private let target: any PushTarget
    private let settings: PushSettings
    /// What an endpoint said last of an event is told at the dead-letter destination; without one nobody asks.
    private let keepsOutcomes: Bool
    private let headers: AttributeHeaders
    private let dispatcher: PushDispatcher
    /// Names the subscription among all others.
    private let source: String
    private let state = Guarded(State())
    private let owner: Guarded<Owner>

    private struct Owner {
        weak var subscription: EventSubscription?
    }

    init(
        _ subscription: EventSubscription, _ settings: PushSettings, keepsOutcomes: Bool, target: any PushTarget,
        dispatcher: PushDispatcher
    ) {
        self.target = target
        self.settings = settings
        self.keepsOutcomes = keepsOutcomes
        self.dispatcher = dispatcher
        headers = AttributeHeaders(settings.deliveryAttributes)
        source = "\(subscription.context.id)-\(subscription.id)"
        owner = Guarded(Owner(subscription: subscription))
    }

    /// Sends nothing more; what is under way is still answered for.
    func stop() {
        state.withLock { $0.isStopped = true }
        if let subscription = owner.withLock({ $0.subscription }) { subscription.stopWaiting(self) }
    }

    func wake() { dispatcher.run(self) }

    // MARK: - On the dispatcher's thread

    /// Answers for what came back, and sends what there is room for; the rest when it is its turn again.
    func run() {
        guard let subscription = owner.withLock({ $0.subscription }) else { return }
        settle(subscription)
        guard let room = room() else {
            // A call that came to one who has stopped goes to whoever took its place.
            if isStopped { subscription.wakeOne() }
            return
        }
        var isAllThereIs = false
        do throws(GridlogError) {
            for request in try take(room, from: subscription, &isAllThereIs) { send(request) }
        } catch {
            // The topic is fenced; or the index found no room: a second later there may be some.
            let now = subscription.context.clock.bootTime
            if error.code == .insufficientStorage { dispatcher.run(self, at: now + 1_000_000_000) }
            return
        }
        if !isAllThereIs { dispatcher.run(self) }
        if isStopped { subscription.stopWaiting(self) }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    /// How many requests may be sent now; `nil` for none. Answers that are not settled yet take their place.
    private func room() -> Int? {
        let (room, underWay, probationEnd) = state.withLock { state -> (Int, Int, UInt64?) in
            guard !state.isStopped else { return (0, 0, nil) }
            let underWay = state.underWay + state.answers.count
            let end = state.health.probationEnd
            guard dispatcher.now >= end else { return (0, underWay, underWay == 0 ? end : nil) }
            return (state.health.window - underWay, underWay, nil)
        }
        if let probationEnd { dispatcher.run(self, at: probationEnd) }
        guard room > 0 else { return nil }
        if dispatcher.hasRoom { return room }
        // Each endpoint may have one; what is under way brings it back here.
        return underWay == 0 ? 1 : nil
    }

    /// Locks events and makes requests of them, one more than there is room for at most.
    ///
    /// - Parameter isAllThereIs: whether nothing more waits: then the next event, release or expiry brings it back.
    private func take(
        _ room: Int, from subscription: EventSubscription, _ isAllThereIs: inout Bool
    ) throws(GridlogError) -> [PushRequest] {
        var requests: [PushRequest] = []
        while requests.count < room || requests.count == room && !isFull(requests.last) {
            // In the worst case each event is a request of its own.
            let events = min(max(room - requests.count, 1), EventSubscription.receivedEventsMax)
            let received = try subscription.receiveAny(maxEvents: events, orWait: requests.isEmpty ? self : nil)
            guard !received.isEmpty else {
                isAllThereIs = requests.isEmpty && !received.isIncomplete
                break
            }
            try received.forEach { event, _, json in
                add(
                    PushRequest.Event(
                        token: event.token, sequence: event.sequence, deliveryCount: event.deliveryCount),
                    json, to: &requests)
            }
        }
        return requests
    }

    private func add(_ event: PushRequest.Event, _ json: RawSpan, to requests: inout [PushRequest]) {
        let headers = headers.headers(of: json)
        if isFull(requests.last, with: json.byteCount) || requests.last?.headers != headers {
            requests.append(PushRequest(isBatch: settings.isBatched, headers: headers))
        }
        requests[requests.count - 1].append(event, json)
    }

    /// Whether a request has no room for another event, of so many bytes.
    private func isFull(_ request: PushRequest?, with bytes: Int = 0) -> Bool {
        guard settings.isBatched, let request else { return true }
        let bytesMax = (settings.preferredBatchKilobytes ?? Self.defaultBatchKilobytes) << 10
        return request.events.count >= settings.maxEventsPerBatch ?? PushSettings.batchEvents.upperBound
            || request.byteCount + bytes > bytesMax
    }

    private func send(_ request: PushRequest) {
        let (isOnly, isTrial) = state.withLock { state in
            state.underWay += 1
            return (state.underWay == 1, state.health.isDoubtful)
        }
        dispatcher.didBegin(isOnly: isOnly)
        target.deliver(request.delivery(from: source, isTrial: isTrial)) { [self] outcome in
            let response = PushResponse(outcome, settings.retrySchedule)
            let now = dispatcher.now
            let isOnly = state.withLock { state in
                state.underWay -= 1
                state.health.note(response, at: now)
                state.answers.append(Answer(request: request, response: response))
                return state.underWay == 0
            }
            dispatcher.run(self)
            dispatcher.didEnd(isOnly: isOnly)
        }
    }

    // MARK: - Settling

    private func settle(_ subscription: EventSubscription) {
        let answers = state.withLock { state in
            defer { state.answers = [] }
            return state.answers
        }
        guard !answers.isEmpty else { return }
        var accepted: [LockToken] = []
        var refused: [LockToken] = []
        var again: [UInt64: [LockToken]] = [:]
        for answer in answers {
            if keepsOutcomes {
                let isAccepted = answer.response.action == .acknowledge
                subscription.note(
                    isAccepted ? nil : answer.response.outcome, of: answer.request.events.lazy.map(\.sequence))
            }
            let tokens = answer.request.events.map(\.token)
            switch answer.response.action {
            case .acknowledge: accepted += tokens
            case .reject: refused += tokens
            case .stop:
                refused += tokens
                subscription.pause(
                    "The endpoint answered 410 (Gone). Update the event subscription to go on.", by: self)
            case .retry(let seconds):
                // One for all of them: they come due together, and go in one request again.
                let chance = subscription.context.environment.random()
                for event in answer.request.events {
                    let wait = settings.retrySchedule.wait(
                        after: event.deliveryCount, atLeast: seconds, chance: chance)
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
}
