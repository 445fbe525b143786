import Gridlog
import Storage
import TestSupport

/// Push subscriptions: nothing is lost, and nothing that is settled is sent again, whatever the endpoint answers and whenever the end
/// comes.
extension Simulation {
    static let hookName = "hook"

    func putHook() throws {
        guard doubtfulChange == nil, let (name, topic) = pickTopic(), model.topics[name]?.hook == nil,
            let known = model.topics[name]
        else { return }
        trace.add("put \(name)/\(Self.hookName)")
        var push = PushSettings(endpointURL: "https://example.com/")
        push.retrySchedule = chance(1, in: 2) ? .basic : .namespace
        var settings = SubscriptionSettings(maxDeliveryCount: pick([1, 3, 10]) ?? 10)
        settings.push = push
        settings.deadLetter = .directory(path: Self.deadLetterPath)
        model.topics[name]?.noteWhatMayBeGone()
        let start = UInt64(known.events.count + 1)
        do throws(GridlogError) {
            try topic.putSubscription(Self.hookName, settings)
        } catch {
            return try acceptRefusal(error, of: "put hook") { .createHook(name, start: start) }
        }
        model.topics[name]?.hook = BrokerModel.Hook(
            start: start, wasWritten: known.isWritten,
            mayBeGone: UInt64(known.events.count))
    }

    /// The dispatcher works, and the endpoint answers some of what it has.
    func push() throws {
        broker?.runTimers()
        broker?.runPush()
        try takeDeliveries()
        for request in endpoint.takeWaiting() {
            let outcome: PushOutcome =
                switch number(0...9) {
                case 0: .answered(status: 500)
                case 1: .answered(status: 503, retryAfterSeconds: 5)
                case 2: pick([.timedOut, .connectionFailed, .answered(status: 400)]) ?? .timedOut
                default: .answered(status: 200)
                }
            trace.add("  endpoint answers \(outcome) for \(request.sequence) of topic \(request.topic)")
            answer(request, outcome)
        }
        broker?.runPush()
        try takeDeliveries()
    }

    private func answer(_ request: SimulatedEndpoint.Request, _ outcome: PushOutcome) {
        if case .answered(status: 200, _) = outcome, let name = hookTopic(request.topic) {
            model.topics[name]?.hook?.accepted.insert(request.sequence)
        }
        request.completion(outcome)
    }

    private func hookTopic(_ id: UInt64) -> String? {
        model.topics.first { $0.value.id == id && $0.value.hook != nil }?.key
    }

    private func takeDeliveries() throws {
        for request in endpoint.takeArrived() {
            guard let name = hookTopic(request.topic), let topic = model.topics[name], let hook = topic.hook else {
                continue
            }
            result.pushed += 1
            try demand(
                !hook.done.contains(request.sequence),
                "event \(request.sequence) of \(name) was settled, and is sent again")
            try demand(
                request.sequence >= hook.start && request.sequence <= topic.events.count
                    && topic.events[Int(request.sequence) - 1].json == request.json,
                "event \(request.sequence) of \(name) was sent, which is none, or other bytes")
        }
    }

    /// What is settled now is so for good; and it ended for a reason.
    func checkHooks() throws {
        for name in model.topics.keys.sorted() {
            guard var topic = model.topics[name], var hook = topic.hook,
                let subscription = broker?.topic(name)?.subscription(Self.hookName)
            else { continue }
            while hook.mayBeGone < topic.events.count,
                topic.events[Int(hook.mayBeGone)].appended.lowerBound + topic.retention + 2 * 86_400_000_000_000
                    < clock.wallTime
            { hook.mayBeGone += 1 }
            let copies = gaveUpCopies.withLock { $0 } ? nil : copiedIDs()
            for (position, event) in topic.events.enumerated().dropFirst(Int(hook.start) - 1) {
                let sequence = UInt64(position + 1)
                guard subscription.isSettled(sequence), hook.done.insert(sequence).inserted, let copies else {
                    continue
                }
                try demand(
                    sequence <= hook.mayBeGone || hook.accepted.contains(sequence) || copies.contains("\(event.id)"),
                    "event \(sequence) of \(name) ended, neither accepted nor copied")
            }
            topic.hook = hook
            model.topics[name] = topic
        }
    }

    /// At the end the endpoint accepts everything, and nothing is left.
    func finishPushing() throws {
        for _ in 0..<60 {
            clock.advance(by: .seconds(50_000))
            broker?.runTimers()
            broker?.runPush()
            try takeDeliveries()
            let waiting = endpoint.takeWaiting()
            for request in waiting { answer(request, .answered(status: 200)) }
            broker?.runPush()
            try housekeep()
            for _ in 0..<3 { try runCommitter() }
            let isDone = (broker?.topics ?? []).allSatisfy { topic in
                guard let hook = topic.subscription(Self.hookName), topic.nextSequence > 1 else { return true }
                return (1..<topic.nextSequence).allSatisfy { hook.hasEnded($0) }
            }
            if isDone, waiting.isEmpty { return }
        }
        throw Contradiction(message: "events are left that an endpoint would accept")
    }
}
