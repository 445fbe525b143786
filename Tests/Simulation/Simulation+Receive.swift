import Gridlog
import Storage
import TestSupport

extension Simulation {
    /// One receive request.
    func receive() throws {
        guard let (place, subscription) = pickSubscription() else { return }
        _ = try receive(pick([1, 5, 30, 100]) ?? 1, from: subscription, at: place)
    }

    /// A consumer that takes what there is, and acknowledges all of it.
    func consume() throws {
        guard let (place, subscription) = pickSubscription() else { return }
        var tokens: [IssuedToken] = []
        for _ in 0..<number(1...8) {
            guard let more = try receive(100, from: subscription, at: place), !more.isEmpty else { break }
            tokens += more
        }
        // Some events it never gets done with.
        if chance(4, in: 5) { tokens.removeAll { $0.sequence % 61 == 7 } }
        if !tokens.isEmpty { settle(.acknowledge, tokens, on: subscription, at: place) }
        if chance(1, in: 2) { try commit() }
    }

    /// Receives, and compares with the model: nothing that must not be handed out, and, when nothing comes, nothing that must.
    ///
    /// - Returns: the tokens; `nil` when the broker refused.
    func receive(
        _ maxEvents: Int, from subscription: EventSubscription, at place: Place, orWait waiter: Waiter? = nil
    ) throws -> [IssuedToken]? {
        let topic = model.topics[place.topic]?.id ?? 0
        var handedOut: [HandedOut] = []
        var count = 0
        do throws(GridlogError) {
            var events = try subscription.receive(maxEvents: maxEvents, orWait: waiter)
            while events.isIncomplete { events = try subscription.receive(maxEvents: maxEvents, orWait: waiter) }
            count = events.count
            try events.forEach { event, lockToken, json in
                let token = IssuedToken(
                    topic: topic, subscription: subscription.id, sequence: event.sequence,
                    text: String(decoding: lockToken.array(), as: UTF8.self), lockedAt: now)
                handedOut.append(HandedOut(token: token, deliveryCount: event.deliveryCount, json: json.array()))
            }
        } catch {
            try accept(error, of: "receive")
            try demand(
                error.code != .insufficientStorage || isFaulty || isOpenedFull || isBulky,
                "receive from \(place) found no space: \(error.message)")
            return nil
        }
        trace.add(
            "receive \(maxEvents) from \(place): \(count), first \(handedOut.first?.token.sequence ?? 0)")
        try demand(
            count <= maxEvents && handedOut.count == count,
            "\(place) shows \(handedOut.count) of \(count)")
        try demand(
            Set(handedOut.map(\.token.sequence)).count == count, "\(place) handed out an event twice at once")
        for event in handedOut {
            do throws(Contradiction) {
                try take(event, at: place)
            } catch {
                throw Contradiction(message: "at \(place), \(error.message)")
            }
        }
        if handedOut.isEmpty { try checkNothingWaits(at: place) }
        result.delivered += count
        let madeAt = model.topics[place.topic]?.subscriptions[place.subscription]?.madeAt ?? 0
        result.replayed += handedOut.count { $0.token.sequence < madeAt }
        let tokens = handedOut.map(\.token)
        issued += tokens
        if issued.count > 8_000 { issued.removeFirst(issued.count - 4_000) }
        return tokens
    }

    private func take(_ event: HandedOut, at place: Place) throws(Contradiction) {
        let sequence = event.token.sequence
        let known = model.topics[place.topic]?.events ?? []
        try insist(sequence <= known.count, "event \(sequence) was handed out and never answered for")
        let published = known[Int(sequence) - 1]
        try insist(event.json == published.json, "event \(sequence) has other bytes than event \(published.id)")
        let timeToLive = model.topics[place.topic]?.subscriptions[place.subscription]?.timeToLive ?? .max
        try insist(
            clock.wallTime <= timeToLive || published.appended.upperBound >= clock.wallTime - timeToLive,
            "event \(sequence) was handed out past its time to live")
        try model.topics[place.topic]?.subscriptions[place.subscription]?.handedOut(event, published, now)
        noteUnsynced(place.topic)
    }

    /// There is an answer that a power cut may still take.
    func noteUnsynced(_ topic: String) {
        let since = model.topics[topic]?.unsyncedSince ?? now
        model.topics[topic]?.unsyncedSince = since
    }

    private func checkNothingWaits(at place: Place) throws {
        noteLapses()
        guard let topic = model.topics[place.topic],
            let subscription = topic.subscriptions[place.subscription]
        else {
            return
        }
        for (position, event) in topic.events.enumerated() {
            let sequence = UInt64(position + 1)
            try demand(
                !subscription.isWaiting(sequence, event, now),
                "event \(sequence) of \(place) waits and was not handed out")
        }
    }

    // MARK: - Waiting

    /// One receive request that waits when there is nothing, unless somebody waits there.
    func wait() throws {
        guard let (place, subscription) = pickSubscription(), !waiters.contains(where: { $0.place == place }) else {
            return
        }
        let waiter = Waiter(at: place)
        let tokens = try receive(1, from: subscription, at: place, orWait: waiter)
        if let tokens, tokens.isEmpty { waiters.append(waiter) }
    }

    /// Who was woken comes back, and nobody is left waiting while there is something.
    func checkWaiters() throws {
        guard !disk.isOff else { return }
        broker?.runTimers()
        let all = waiters
        waiters.removeAll()
        for waiter in all {
            let topic = broker?.topic(waiter.place.topic)
            guard let topic, topic.problem == nil, let subscription = topic.subscription(waiter.place.subscription)
            else {
                continue
            }
            if waiter.isWoken {
                result.woken += 1
                _ = try receive(1, from: subscription, at: waiter.place)
            } else {
                // O(events) each time.
                if !isBulky || chance(1, in: 8) { try checkNothingWaits(at: waiter.place) }
                waiters.append(waiter)
            }
        }
    }
}
