import Gridlog
import TestSupport

/// The invariants of DESIGN section 4.
extension Simulation {
    /// After every step: what health and tails say; and, unless the store is bulky, every event of every subscription
    /// (invariants 1 to 4), and that no token is good for more than its own delivery (7). O(events × subscriptions).
    func check() throws {
        try checkTopics()
        guard !isBulky else { return }
        try audit()
        try checkHooks()
        try checkDeadTokens()
    }

    /// O(topics).
    private func checkTopics() throws {
        guard let broker else { return }
        try demand(disk.violations.isEmpty, disk.violations.first ?? "")
        for topic in broker.topics {
            if let problem = topic.problem { try accept(problem, of: "topic \(topic.name)") }
            for gap in topic.gaps where gapsSeen.insert("\(topic.id) \(gap)").inserted { result.gaps += 1 }
            let events = model.topics[topic.name]?.events.count ?? 0
            try demand(
                isFaulty || topic.nextSequence == events + 1,
                "\(topic.name) shows events up to \(topic.nextSequence), not \(events + 1)")
        }
    }

    /// Compares every event of every subscription, without receiving it: what is settled, and what is not.
    func audit() throws {
        noteLapses()
        for (topicName, name, subscription) in subscriptions {
            guard let topic = model.topics[topicName], var known = topic.subscriptions[name] else {
                continue
            }
            let last = known.maxDeliveryCount
            let faults = subscription.audit()
            try demand(faults.isEmpty, "\(topicName)/\(name): \(faults.first ?? "")")
            for (position, event) in topic.events.enumerated() {
                let sequence = UInt64(position + 1)
                guard known.matches(sequence, event) else { continue }
                let isSettled = subscription.hasEnded(sequence)
                if isSettled, let worlds = known.slots[sequence], worlds.allSatisfy(\.now.isSettled) { continue }
                if !isSettled {
                    let mayCome = known.slots[sequence]?.contains { !$0.now.isSettled } ?? true
                    try demand(
                        mayCome && sequence > known.expired.lowerBound,
                        "event \(sequence) of \(topicName)/\(name) was settled, and will come again")
                } else if sequence > known.expired.upperBound, !known.unpromised.contains(sequence) {
                    // What is settled stays so, and is in doubt no longer.
                    try known.saw("of \(topicName)/\(name) is lost: nobody settled it", sequence) {
                        $0.now.isSettled || $0.now.count >= last ? $0 : nil
                    }
                }
            }
            model.topics[topicName]?.subscriptions[name] = known
            try checkCopies(of: subscription, known, topic)
        }
    }

    /// Tokens of deliveries that ended, of other subscriptions, and forged ones renew nothing.
    private func checkDeadTokens() throws {
        guard let (place, subscription) = pickSubscription(),
            let known = model.topics[place.topic]?.subscriptions[place.subscription]
        else { return }
        let (now, topic) = (now, model.topics[place.topic]?.id)
        let tokens = pickTokens(of: place, 6).filter { token in
            let isOwn = token.topic == topic && token.subscription == known.id
            return !isOwn || known.slots[token.sequence]?.contains { $0.accepts(token, now) } != true
        }
        var list = subscription.lockTokens()
        for token in tokens { list.append(token.text) }
        let outcomes: [SettleOutcome]
        do throws(GridlogError) {
            outcomes = try subscription.renewLocks(list)
        } catch {
            return try accept(error, of: "renewing dead locks")
        }
        for (token, outcome) in zip(tokens, outcomes) {
            try checkBadness(token, outcome, known, place)
            try demand(outcome != .succeeded, "a token of event \(token.sequence) at \(place) outlived its delivery")
        }
    }

    /// Every subscription of the model with the broker's, in a fixed order.
    var subscriptions: [(topic: String, name: String, subscription: EventSubscription)] {
        (broker?.topics ?? []).flatMap { topic in
            topic.subscriptions.filter { !$0.isPush }.map { (topic.name, $0.name, $0) }
        }
    }

    /// Receives until nothing comes any more; then nothing that waits is left.
    func receiveAll() throws {
        for (topic, name, subscription) in subscriptions {
            let place = Place(topic: topic, subscription: name)
            while let tokens = try receive(100, from: subscription, at: place), !tokens.isEmpty {}
        }
    }

    /// Lets every lock and delay end, and takes everything: delivered, waiting and settled make up what was published.
    func drain() throws {
        trace.add("drain")
        try runCommitter()
        clock.advance(by: .seconds(4_000))
        try runCommitter()
        try receiveAll()
        // What was dropped after its last delivery is written and synced.
        for _ in 0..<2 {
            clock.advance(by: .milliseconds(60))
            try runCommitter()
        }
        if !disk.isOff, !mayRefuse { try audit() }
    }

    /// The last crash; then everything is taken and acknowledged, and nothing is left of it.
    func finish() throws {
        disk.repair()
        disk.spaceLimit = nil
        try crash(cutsPower: chance(1, in: 2))
        try drain()
        for (topic, name, subscription) in subscriptions {
            let place = Place(topic: topic, subscription: name)
            let held = model.topics[topic]?.subscriptions[name]?.slots.values.compactMap { $0.last?.now.token }
            settle(
                .acknowledge, (held ?? []).sorted { $0.sequence < $1.sequence }, on: subscription, at: place
            )
        }
        for _ in 0..<4 { try runCommitter() }
        clock.advance(by: .seconds(4_000))
        try receiveAll()
        try audit()
        try finishPushing()
        try finishCopies()
        try checkHooks()
        try crash(cutsPower: true)
        try receiveAll()
    }
}
