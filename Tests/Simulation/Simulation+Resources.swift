import Gridlog

/// Topics and event subscriptions come, change and go.
extension Simulation {
    func putTopic() throws {
        guard doubtfulChange == nil, let broker, let name = pick(Self.topicNames) else { return }
        let settings = TopicSettings(
            eventRetentionInDays: pick([1, 1, 1, 2, 7]) ?? 1, durability: chance(1, in: 3) ? .written : .durable)
        trace.add("put topic \(name), \(settings.durability), \(settings.eventRetentionInDays) days")
        do throws(GridlogError) {
            let topic = try broker.putTopic(name, settings).topic
            model.topics[name].take(settings, id: topic.id)
        } catch {
            try acceptRefusal(error, of: "put topic") {
                model.topics[name] == nil ? .createTopic(name, settings) : .updateTopic(name, settings)
            }
        }
    }

    /// A change is in doubt only if health says that the catalog failed; any other that was refused is not done.
    func acceptRefusal(_ error: GridlogError, of change: String, _ doubt: () -> DoubtfulChange) throws {
        try accept(error, of: change)
        let isInDoubt = broker?.health.problems.contains { $0.hasPrefix("catalog") } ?? false
        if isInDoubt { doubtfulChange = doubt() }
    }

    func deleteTopic() throws {
        guard doubtfulChange == nil, let (name, _) = pickTopic() else { return }
        trace.add("delete topic \(name)")
        do throws(GridlogError) {
            try broker?.deleteTopic(name)
        } catch {
            // Whoever waited for an answer had it before the deletion was refused.
            try takeAnswers()
            return try acceptRefusal(error, of: "delete topic") {
                .deleteTopic(name, events: model.topics[name]?.events.count ?? 0)
            }
        }
        // Closing its log was a cycle for all logs: whoever waited for an answer had it.
        try committerDidRun()
        model.topics[name] = nil
    }

    func putSubscription() throws {
        guard doubtfulChange == nil, let (topicName, topic) = pickTopic(),
            let name = pick(Self.subscriptionNames),
            let known = model.topics[topicName]
        else { return }
        let place = Place(topic: topicName, subscription: name)
        let types =
            pick([nil, nil, [Self.eventTypes[0]], ["Order.PLACED", Self.eventTypes[2]]]) ?? nil
        let lock = pick([1, 30, 60, 300]) ?? 60
        var settings = SubscriptionSettings(
            receiveLockDurationInSeconds: lock, maxDeliveryCount: pick([1, 2, 5, 10, 10]) ?? 10,
            eventTimeToLiveInSeconds: pick([nil, nil, nil, max(60, lock), 3_600]) ?? nil, includedEventTypes: types)
        settings.deadLetter = chance(1, in: 2) ? .directory(path: Self.deadLetterPath) : nil
        let isNew = known.subscriptions[name] == nil
        let tail = UInt64(known.events.count + 1)
        model.topics[topicName]?.noteWhatMayBeGone()
        let (position, start) = isNew ? pickStart(in: known) : (nil, tail...tail)
        trace.add("put \(place) from \(position.map { "\($0)" } ?? "-"): \(settings)")
        var after = known.subscriptions[name].updated(with: settings, tail: tail, now)
        if isNew, let start, let topic = model.topics[topicName] { after.begin(at: start, in: topic) }
        do throws(GridlogError) {
            after.id = try topic.putSubscription(name, settings, startAt: position).subscription.id
            model.topics[topicName]?.subscriptions[name] = after
        } catch {
            if start == nil, error.code == .invalidArgument { return }
            return try acceptRefusal(error, of: "put subscription") {
                isNew ? .createSubscription(place, after) : .updateSubscription(place, after)
            }
        }
        try demand(start != nil, "\(place) began where it cannot")
    }

    func deleteSubscription() throws {
        guard doubtfulChange == nil, let (place, _) = pickSubscription() else { return }
        trace.add("delete \(place)")
        model.topics[place.topic]?.noteWhatMayBeGone()
        do throws(GridlogError) {
            try broker?.topic(place.topic)?.deleteSubscription(place.subscription)
            model.topics[place.topic]?.subscriptions[place.subscription] = nil
        } catch {
            try acceptRefusal(error, of: "delete subscription") { .deleteSubscription(place) }
        }
    }

    /// After a restart: what the broker has now decides.
    func resolveDoubtfulChange(_ broker: Broker) throws {
        defer { doubtfulChange = nil }
        for name in model.topics.keys { model.topics[name]?.noteWhatMayBeGone() }
        switch doubtfulChange {
        case .createTopic(let name, let settings):
            if let topic = broker.topic(name) { model.topics[name].take(settings, id: topic.id) }
        case .updateTopic(let name, let settings):
            if let topic = broker.topic(name), topic.settings == settings {
                model.topics[name].take(settings, id: topic.id)
            }
        case .deleteTopic(let name, let events):
            guard broker.topic(name) == nil else { return }
            try demand(
                (model.topics[name]?.events.count ?? 0) <= events,
                "\(name) answered a publish after its deletion was refused, and is gone")
            model.topics[name] = nil
        case .createSubscription(let place, var created):
            guard let topic = broker.topic(place.topic), let subscription = topic.subscription(place.subscription)
            else { return }
            created.id = subscription.id
            // Nobody was promised the events since: their segments may have gone.
            created.unpromised.formUnion(created.start..<max(created.start, topic.nextSequence))
            model.topics[place.topic]?.subscriptions[place.subscription] = created
        case .updateSubscription(let place, let updated):
            guard let topic = broker.topic(place.topic),
                let settings = topic.subscription(place.subscription)?.settings, updated.has(settings)
            else { return }
            model.topics[place.topic]?.subscriptions[place.subscription]?
                .take(settingsOf: updated, tail: topic.nextSequence, now)
        case .createHook(let name, let start):
            guard let topic = broker.topic(name), topic.subscription(Self.hookName) != nil else { return }
            let tail = topic.nextSequence
            model.topics[name]?.hook = BrokerModel.Hook(
                start: min(start, tail), wasWritten: true, mayBeGone: tail - 1)
        case .deleteSubscription(let place):
            if broker.topic(place.topic)?.subscription(place.subscription) == nil {
                model.topics[place.topic]?.subscriptions[place.subscription] = nil
            }
        case nil: break
        }
    }
}
