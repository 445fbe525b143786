import DeliveryIndex
import EventLog
import Storage

extension Topic {
    /// Makes an event subscription, or replaces the settings of the one that is there. Durable when it returns.
    ///
    /// - Parameter startAt: which events a new one begins with: by default those that are published from now on. `nil` leaves the
    ///   start of one that is there as it is; it cannot be changed.
    /// - Throws: ``GridlogError`` with code `invalidArgument` for a name or a setting that breaks a rule; `unavailable` when the disk
    ///   failed, and the change may be found done at the next opening.
    @discardableResult
    public func putSubscription(
        _ name: String, _ settings: SubscriptionSettings = SubscriptionSettings(), startAt: StartPosition? = nil
    ) throws(GridlogError) -> (subscription: EventSubscription, created: Bool) {
        try changes.withLock { _ throws(GridlogError) in
            try checkSubscription(name, settings)
            let context = try context
            if let subscription = subscription(name) {
                guard startAt == nil || startAt == subscription.startPosition else {
                    throw GridlogError(
                        .conflict,
                        "startAt of event subscription '\(name)' cannot change; delete it and make another one.")
                }
                guard subscription.isPush == (settings.push != nil) else {
                    throw GridlogError(
                        .conflict,
                        "The delivery mode of event subscription '\(name)' cannot change: it is "
                            + "'\(subscription.isPush ? "Push" : "Queue")'. Make another event subscription.")
                }
                try replaceSettings(of: subscription, settings, context)
                return (subscription, false)
            }
            let asked = startAt ?? .now
            let subscription = try context.beginning(at: asked) { start throws(GridlogError) in
                try make(name, settings, asked, start: start, in: context)
            }
            add(subscription)
            context.owner?.push(subscription)
            return (subscription, true)
        }
    }

    /// Refuses what ``putSubscription(_:_:startAt:)`` would refuse of a name and settings; changes nothing.
    public func checkSubscription(_ name: String, _ settings: SubscriptionSettings) throws(GridlogError) {
        try ResourceName.validate(name, of: "event subscription")
        _ = try context
        try settings.validate(in: self.settings, now: environment.clock.wallTime)
        try checkDeadLetterDestination(settings.deadLetter)
    }

    /// That a destination can be used is found out before anything depends on it.
    private func checkDeadLetterDestination(_ destination: DeadLetterDestination?) throws(GridlogError) {
        switch destination {
        case nil: return
        case .directory(let path):
            guard path.hasPrefix("/") else {
                throw GridlogError(
                    .invalidArgument, "The path of the dead-letter directory must be absolute; it is '\(path)'.")
            }
            do {
                try DeadLetterDirectory.makeRoot(path, environment.fileSystem)
            } catch {
                throw GridlogError(
                    .invalidArgument,
                    "The dead-letter directory '\(path)' cannot be made (\(error.description)); its parent must exist and let "
                        + "the server write.")
            }
        case .topic(let other):
            guard other != name else {
                throw GridlogError(
                    .invalidArgument,
                    "The topic '\(name)' cannot take its own dead-lettered events: they would be delivered again and again."
                )
            }
            let topics = catalog.catalog.topics
            guard topics.contains(where: { $0.name == other }) else {
                throw GridlogError(
                    .invalidArgument, "The topic '\(other)' for dead-lettered events is not there; make it first.")
            }
            guard !topics.deadLetters(of: other, leadTo: name) else {
                throw GridlogError(
                    .invalidArgument,
                    "Dead-lettered events of topic '\(other)' come back to '\(name)': they would go round for ever. Name "
                        + "another destination.")
            }
        }
    }

    /// The index is made first, so that the catalog names no subscription that cannot serve. Its id is taken before: a checkpoint may
    /// speak of it already, and would be believed of another subscription of that id. What a crash leaves is removed at the next
    /// opening, as of a deleted one.
    private func make(
        _ name: String, _ settings: SubscriptionSettings, _ asked: StartPosition, start: UInt64,
        in context: TopicContext
    ) throws(GridlogError) -> EventSubscription {
        let subscriptionID = try catalog.change { catalog throws(GridlogError) in
            let position = try self.position(in: catalog)
            let next = catalog.topics[position].nextSubscription
            catalog.topics[position].nextSubscription += 1
            catalog.topics[position].deletedSubscriptions.append(next)
            return next
        }
        let entry = Catalog.SubscriptionEntry(
            id: subscriptionID, name: name, startAt: asked, start: start, settings: settings,
            filters: [Catalog.FilterEntry(from: start, settings.eventFilter)])
        do {
            let subscription = try open(entry, in: context, epoch: catalog.catalog.openCount)
            subscription.finishRecovery()
            // What expired while it was being made.
            subscription.expire(below: context.earliest)
            try subscription.prepareChunk()
            try catalog.change { catalog throws(GridlogError) in
                let position = try self.position(in: catalog)
                catalog.topics[position].deletedSubscriptions.removeAll { $0 == entry.id }
                catalog.topics[position].subscriptions.append(entry)
            }
            return subscription
        } catch {
            context.remove(subscriptionID)
            throw error
        }
    }

    func replaceSettings(
        of subscription: EventSubscription, _ settings: SubscriptionSettings, _ context: TopicContext
    ) throws(GridlogError) {
        let filters = try changeEntry(of: subscription) { entry throws(GridlogError) in
            if entry.settings.eventFilter != settings.eventFilter {
                try entry.changeFilter(settings.eventFilter, from: context.log.tail, oldest: context.log.firstSequence)
            }
            entry.settings = settings
            entry.pauseReason = nil
            return entry.filters
        }
        subscription.apply(settings, filters: filters)
        context.owner?.push(subscription)
    }

    /// Changes what the catalog says of an event subscription. Blocking.
    func changeEntry<Result>(
        of subscription: EventSubscription,
        _ body: (inout Catalog.SubscriptionEntry) throws(GridlogError) -> Result
    ) throws(GridlogError) -> Result {
        try catalog.change { catalog throws(GridlogError) in
            let position = try self.position(in: catalog)
            guard let place = catalog.topics[position].subscriptions.firstIndex(where: { $0.id == subscription.id })
            else {
                throw GridlogError(.notFound, "The event subscription '\(subscription.name)' is not there any more.")
            }
            return try body(&catalog.topics[position].subscriptions[place])
        }
    }

    /// Deletes an event subscription. Durable when it returns.
    ///
    /// - Returns: false when there is no such subscription.
    /// - Throws: ``GridlogError`` with code `unavailable` when the disk failed: it goes on, and may be found deleted at the next
    ///   opening.
    @discardableResult
    public func deleteSubscription(_ name: String) throws(GridlogError) -> Bool {
        try changes.withLock { _ throws(GridlogError) in
            guard let subscription = subscription(name) else {
                // A topic that could not be opened does not know what it has.
                if let problem { throw problem }
                return false
            }
            try delete(subscription)
            return true
        }
    }

    /// Deletes one whose expiration time has come, unless it was changed meanwhile.
    ///
    /// - Returns: whether it was deleted.
    func deleteExpired(_ subscription: EventSubscription, _ now: UInt64) throws(GridlogError) -> Bool {
        try changes.withLock { _ throws(GridlogError) in
            guard self.subscription(subscription.name) === subscription, subscription.settings.hasExpired(at: now)
            else {
                return false
            }
            try delete(subscription)
            return true
        }
    }

    private func delete(_ subscription: EventSubscription) throws(GridlogError) {
        try catalog.change { catalog throws(GridlogError) in
            let position = try self.position(in: catalog)
            catalog.topics[position].subscriptions.removeAll { $0.id == subscription.id }
            catalog.topics[position].deletedSubscriptions.append(subscription.id)
        }
        _ = remove(subscription.name)
        subscription.context.remove(subscription.id)
        subscription.retire()
        removeFiles(of: subscription.id)
        subscription.context.reviewSegments()
    }

    /// Removes the files of a deleted subscription; what fails is tried again at the next opening.
    private func removeFiles(of subscription: UInt32) {
        guard (try? environment.removeSubscription(id, subscription)) != nil else { return }
        try? catalog.change { catalog throws(GridlogError) in
            let position = try self.position(in: catalog)
            catalog.topics[position].deletedSubscriptions.removeAll { $0 == subscription }
        }
    }

    private func position(in catalog: Catalog) throws(GridlogError) -> Int {
        guard let position = catalog.topics.firstIndex(where: { $0.id == id }) else {
            throw GridlogError(.notFound, "The topic '\(name)' is not there any more.")
        }
        return position
    }

    /// Opens the index of a subscription and makes it known to the topic.
    func open(
        _ entry: Catalog.SubscriptionEntry, in context: TopicContext, epoch: UInt32
    ) throws(GridlogError) -> EventSubscription {
        let directory = environment.subscriptionDirectory(id, entry.id)
        let index = try GridlogError.converting { () throws(StorageError) in
            try environment.fileSystem.createDirectory(environment.topicDirectory(id) + "/subscriptions")
            let store = context.log.configuration.identity.store
            return try SubscriptionIndex.open(
                IndexOptions(
                    fileSystem: environment.fileSystem, directory: directory,
                    identity: IndexIdentity(
                        storeLow: store.low, storeHigh: store.high, topic: id, subscription: entry.id,
                        incarnation: context.incarnation),
                    bootIdentity: environment.clock.bootIdentity, freshEpoch: epoch, start: entry.start,
                    tail: context.log.tail, bootTime: environment.clock.bootTime,
                    wallTime: environment.clock.wallTime, settings: entry.settings.indexSettings))
        }
        let subscription = EventSubscription(entry, index: index, context: context)
        context.add(subscription)
        // What began between its making and now told it nothing.
        subscription.applyAddressing(below: context.addressedBelow.withLock { $0 })
        return subscription
    }
}

extension [Catalog.TopicEntry] {
    /// Whether what is dead-lettered in one topic can come to another one, through others too. O(topics and subscriptions).
    fileprivate func deadLetters(of first: String, leadTo last: String) -> Bool {
        var seen: Set<String> = []
        var waiting = [first]
        while let name = waiting.popLast() {
            guard name != last else { return true }
            guard seen.insert(name).inserted, let topic = self.first(where: { $0.name == name }) else { continue }
            for subscription in topic.subscriptions {
                if case .topic(let next)? = subscription.settings.deadLetter { waiting.append(next) }
            }
        }
        return false
    }
}

extension Catalog.SubscriptionEntry {
    /// Filters that may be in force for different stretches of the log.
    private static let filtersMax = 1_000

    /// Puts another filter in force from a sequence on, and forgets those of which no event is in the log any more.
    mutating func changeFilter(
        _ filter: EventFilterSettings, from sequence: UInt64, oldest: UInt64
    ) throws(GridlogError) {
        filters.removeAll { $0.from >= sequence }
        filters.append(Catalog.FilterEntry(from: sequence, filter))
        while filters.count > 1, filters[1].from <= oldest { filters.removeFirst() }
        guard filters.count <= Self.filtersMax else {
            throw GridlogError(
                .conflict,
                "The filter was changed \(filters.count) times while older events wait; settle them, then change it again."
            )
        }
    }
}
