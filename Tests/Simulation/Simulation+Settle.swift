import Gridlog
import Storage
import TestSupport

extension Simulation {
    /// Acknowledges, releases or rejects events of some tokens, most of them good.
    func settle() throws {
        guard let (place, subscription) = pickSubscription() else { return }
        let action: SettleAction =
            switch number(0...9) {
            case 0...5: .acknowledge
            case 6: .reject
            default: .release(pick(ReleaseDelay.allCases) ?? .none)
            }
        settle(action, pickTokens(of: place), on: subscription, at: place)
    }

    func settle(
        _ action: SettleAction, _ tokens: [IssuedToken], on subscription: EventSubscription,
        at place: Place
    ) {
        requests += 1
        var delay: UInt64 = 0
        if case .release(let chosen) = action { delay = UInt64(chosen.rawValue) * 1_000 }
        settling[requests] = SettleRequest(place: place, subscription: subscription.id, tokens: tokens)
        for token in tokens {
            model.topics[place.topic]?.subscriptions[place.subscription]?
                .begin(requests, token, settles: action.settles, due: delay == 0 ? 0 : now + delay, now)
            guard action == .acknowledge else { continue }
            model.topics[place.topic]?.subscriptions[place.subscription]?.mayBeAcknowledged.insert(token.sequence)
        }
        trace.add("settle \(requests) \(action) at \(place): \(tokens.prefix(20).map(\.sequence))")
        var list = subscription.lockTokens()
        for token in tokens { list.append(token.text) }
        subscription.settle(action, list, completion: Reply(requests, to: mailbox))
    }

    /// Extends some locks.
    func renew() throws {
        guard let (place, subscription) = pickSubscription(),
            var known = model.topics[place.topic]?.subscriptions[place.subscription]
        else { return }
        let tokens = pickTokens(of: place)
        var list = subscription.lockTokens()
        for token in tokens { list.append(token.text) }
        trace.add("renew at \(place): \(tokens.prefix(20).map(\.sequence))")
        let outcomes: [SettleOutcome]
        do throws(GridlogError) {
            outcomes = try subscription.renewLocks(list)
        } catch {
            return try accept(error, of: "renew")
        }
        for (token, outcome) in zip(tokens, outcomes) {
            try checkBadness(token, outcome, known, place)
            let (now, until) = (now, now + known.lockMilliseconds)
            let mayRenew = token.sequence > known.expired.lowerBound && token.lockedAt + 3_600_000 >= now
            let mayFail = !mayRenew || token.sequence <= known.expired.upperBound
            try known.saw("of \(place) had its lock renewed: \(outcome)", token.sequence) { world in
                let isHeld = world.accepts(token, now)
                guard outcome == .succeeded else { return mayFail || !isHeld ? world : nil }
                var renewed = world
                renewed.now.due = until...until
                return mayRenew && isHeld ? renewed : nil
            }
        }
        model.topics[place.topic]?.subscriptions[place.subscription] = known
    }

    /// - Returns: the topic, if the log had something to do and did it.
    func settleWasAnswered(_ number: Int, _ answer: Result<[SettleOutcome], GridlogError>) throws
        -> UInt64?
    {
        guard let request = settling[number],
            var known = model.topics[request.place.topic]?.subscriptions[request.place.subscription],
            known.id == request.subscription
        else { return nil }
        let place = request.place
        var topic: UInt64?
        switch answer {
        case .success(let outcomes):
            try demand(
                outcomes.count == request.tokens.count, "settle \(number) has \(outcomes.count) outcomes")
            for (token, outcome) in zip(request.tokens, outcomes) {
                try checkBadness(token, outcome, known, place)
                let didSettle = outcome == .succeeded
                try known.saw("of \(place) came to \(outcome) by settle \(number)", token.sequence) { world in
                    guard didSettle == (world.request == number && world.now.token == token) else { return nil }
                    return didSettle ? world.moved(to: world.next) : world
                }
                if didSettle { known.unsynced.insert(token.sequence) }
            }
            trace.add(
                "  settle \(number): \(outcomes.count { $0 == .succeeded }) of \(outcomes.count) succeeded")
            if outcomes.contains(.succeeded) {
                if disk.spaceLimit != nil { result.settledWhenFull += 1 }
                topic = model.topics[place.topic]?.id
                noteUnsynced(place.topic)
            }
        case .failure(let error):
            try accept(error, of: "settle \(number)")
            let isPromised = !isFaulty && !isOpenedFull && !isBulky && stateFitsReserve(of: place.topic)
            try demand(
                error.code != .insufficientStorage || !isPromised, "settle \(number) found no space: \(error.message)")
            // Whether it happened shows after a restart: the log does nothing more before.
            guard error.code != .unavailable else { return nil }
            for token in request.tokens {
                try known.saw("was refused", token.sequence) { world in
                    world.request == number ? BrokerModel.World(now: world.now, onDisk: world.onDisk) : world
                }
            }
        }
        settling[number] = nil
        model.topics[place.topic]?.subscriptions[place.subscription] = known
        return topic
    }
}

extension Simulation {
    /// A token is bad if it is not of this subscription; anything else that does not settle is lost (invariant 7).
    func checkBadness(
        _ token: IssuedToken, _ outcome: SettleOutcome, _ known: BrokerModel.Subscription,
        _ place: Place
    ) throws {
        let isBad = token.topic != model.topics[place.topic]?.id || token.subscription != known.id
        try demand(
            (outcome == .badToken) == isBad,
            "a token of topic \(token.topic), subscription \(token.subscription) and event \(token.sequence) at \(place) "
                + "came to \(outcome)")
    }

    /// Mostly the newest of the subscription; old ones, those of others, and forged ones among them.
    func pickTokens(of place: Place, _ count: Int? = nil) -> [IssuedToken] {
        guard let topic = model.topics[place.topic],
            let subscription = topic.subscriptions[place.subscription]
        else {
            return []
        }
        let own = issued.suffix(600).filter {
            $0.topic == topic.id && $0.subscription == subscription.id
        }
        var tokens: [IssuedToken] = []
        for _ in 0..<(count ?? pick([1, 3, 20, 100]) ?? 1) {
            switch number(0...19) {
            case 0: if let token = pick(issued) { tokens.append(token) }
            case 1: if let token = pick(issued) { tokens.append(forge(token)) }
            default: if let token = pick(own) { tokens.append(token) }
            }
        }
        return tokens
    }

    /// The token with another character in one place, or nothing like a token.
    private func forge(_ token: IssuedToken) -> IssuedToken {
        var text = Array(token.text.utf8)
        if chance(1, in: 4) {
            text = Array("token-\(number(0...99))".utf8)
        } else if let position = pick(Array(text.indices)) {
            text[position] = text[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        }
        return IssuedToken(
            topic: 0, subscription: 0, sequence: 0, text: String(decoding: text, as: UTF8.self), lockedAt: now)
    }
}

extension SettleAction {
    fileprivate var settles: Bool {
        if case .release = self { false } else { true }
    }
}
