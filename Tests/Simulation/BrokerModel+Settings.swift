import Gridlog

/// What a request makes of a topic or a subscription.
extension BrokerModel.Topic? {
    mutating func take(_ settings: TopicSettings, id: UInt64) {
        var topic = self ?? BrokerModel.Topic(id: id, isWritten: false, retention: 0)
        topic.isWritten = settings.durability == .written
        if topic.isWritten { topic.hook?.wasWritten = true }
        topic.retention = UInt64(settings.eventRetentionInDays) * 86_400_000_000_000
        self = topic
    }
}

extension BrokerModel.Subscription? {
    /// What the settings make of it; a new one begins at the tail.
    func updated(with settings: SubscriptionSettings, tail: UInt64, _ now: UInt64) -> BrokerModel.Subscription {
        let types = settings.includedEventTypes.map { Set($0.map { $0.lowercased() }) }
        let last = settings.maxDeliveryCount
        var after = self ?? BrokerModel.Subscription(maxDeliveryCount: last, start: tail, madeAt: tail, expired: 0...0)
        if after.filters.last?.types != types || after.filters.isEmpty { after.filters.append((tail, types)) }
        if after.maxDeliveryCount != last { after.noteDrops(min(last, after.maxDeliveryCount), now) }
        after.maxDeliveryCount = last
        after.take(settings, isNew: self == nil)
        after.lockMilliseconds = UInt64(settings.receiveLockDurationInSeconds) * 1_000
        return after
    }
}

extension BrokerModel.Subscription {
    mutating func take(_ settings: SubscriptionSettings, isNew: Bool) {
        timeToLive = settings.eventTimeToLiveInSeconds.map { UInt64($0) * 1_000_000_000 }
        deadLetters = settings.deadLetter != nil
        alwaysDeadLetters = deadLetters && (isNew || alwaysDeadLetters)
    }

    func has(_ settings: SubscriptionSettings) -> Bool {
        maxDeliveryCount == settings.maxDeliveryCount && deadLetters == (settings.deadLetter != nil)
            && timeToLive == settings.eventTimeToLiveInSeconds.map { UInt64($0) * 1_000_000_000 }
            && lockMilliseconds == UInt64(settings.receiveLockDurationInSeconds) * 1_000
            && filters.last?.types == settings.includedEventTypes.map { Set($0.map { $0.lowercased() }) }
    }

    /// What had its last delivery, before or after a change, may have been dropped meanwhile.
    mutating func noteDrops(_ last: Int, _ now: UInt64) {
        crashed { world in
            guard world.now.count >= last, world.isAvailable(now) else { return [world] }
            return [world, world.moved(to: BrokerModel.State(isSettled: true, count: world.now.count))]
        }
    }

    /// A change that was refused and is found done: until now, either filter may have been asked.
    mutating func take(settingsOf other: BrokerModel.Subscription, tail: UInt64, _ now: UInt64) {
        noteDrops(min(maxDeliveryCount, other.maxDeliveryCount), now)
        (lockMilliseconds, maxDeliveryCount) = (other.lockMilliseconds, other.maxDeliveryCount)
        (timeToLive, deadLetters) = (other.timeToLive, other.deadLetters)
        alwaysDeadLetters = alwaysDeadLetters && deadLetters
        guard other.filters.count > filters.count, let new = other.filters.last else { return }
        unpromised.formUnion(new.from..<max(new.from, tail))
        filters += [(new.from, nil), (tail, new.types)]
    }

    /// A new one begins there; what was not needed by any other may be gone.
    mutating func begin(at start: ClosedRange<UInt64>, in topic: BrokerModel.Topic) {
        self.start = start.lowerBound
        (expired, madeAt) = (topic.expired, UInt64(topic.events.count + 1))
        mayBeGone = expired.upperBound
        for (position, event) in topic.events.enumerated().dropFirst(Int(start.lowerBound) - 1) {
            let sequence = UInt64(position + 1)
            if event.mayBeGone || sequence < start.upperBound { unpromised.insert(sequence) }
        }
    }
}
