import DeliveryIndex
import EventLog
import Storage

extension Topic {
    /// Makes an event subscription, which gets the events that are published from now on, or replaces the settings of the one
    /// that is there. Durable when it returns.
    ///
    /// - Throws: ``GridlogError`` with code `invalidArgument` for a name or a setting that breaks a rule.
    @discardableResult
    public func putSubscription(
        _ name: String, _ settings: SubscriptionSettings = SubscriptionSettings()
    ) throws(GridlogError) -> (subscription: EventSubscription, created: Bool) {
        try ResourceName.validate(name, of: "event subscription")
        try settings.validate(in: self.settings)
        let context = try context
        return try changes.withLock { _ throws(GridlogError) in
            if let subscription = subscription(name) {
                try replaceSettings(of: subscription, settings, context)
                return (subscription, false)
            }
            let entry = try catalog.change { catalog throws(GridlogError) in
                let position = try self.position(in: catalog)
                let tail = context.log.tail
                let entry = Catalog.SubscriptionEntry(
                    id: catalog.topics[position].nextSubscription, name: name, start: tail, settings: settings,
                    filters: [Catalog.FilterEntry(from: tail, includedEventTypes: settings.includedEventTypes)])
                catalog.topics[position].nextSubscription += 1
                catalog.topics[position].subscriptions.append(entry)
                return entry
            }
            let subscription = try open(entry, in: context, epoch: catalog.catalog.openCount)
            subscription.finishRecovery()
            add(subscription)
            return (subscription, true)
        }
    }

    private func replaceSettings(
        of subscription: EventSubscription, _ settings: SubscriptionSettings, _ context: TopicContext
    ) throws(GridlogError) {
        let filters = try catalog.change { catalog throws(GridlogError) in
            let position = try self.position(in: catalog)
            guard let place = catalog.topics[position].subscriptions.firstIndex(where: { $0.id == subscription.id })
            else {
                throw GridlogError(.notFound, "The event subscription '\(subscription.name)' is not there any more.")
            }
            var entry = catalog.topics[position].subscriptions[place]
            if entry.settings.includedEventTypes != settings.includedEventTypes {
                entry.changeFilter(settings.includedEventTypes, from: context.log.tail, floor: subscription.floor)
            }
            entry.settings = settings
            catalog.topics[position].subscriptions[place] = entry
            return entry.filters
        }
        subscription.apply(settings, filters: filters)
    }

    /// Deletes an event subscription. Durable when it returns.
    ///
    /// - Returns: false when there is no such subscription.
    @discardableResult
    public func deleteSubscription(_ name: String) throws(GridlogError) -> Bool {
        try changes.withLock { _ throws(GridlogError) in
            guard let subscription = subscription(name) else { return false }
            try catalog.change { catalog throws(GridlogError) in
                let position = try self.position(in: catalog)
                catalog.topics[position].subscriptions.removeAll { $0.id == subscription.id }
                catalog.topics[position].deletedSubscriptions.append(subscription.id)
            }
            _ = remove(name)
            subscription.context.subscriptions.withLock { _ = $0.removeValue(forKey: subscription.id) }
            subscription.retire()
            removeFiles(of: subscription.id)
            subscription.context.trim()
            return true
        }
    }

    /// Removes the files of a deleted subscription; what fails is tried again at the next opening.
    private func removeFiles(of subscription: UInt32) {
        let directory = environment.subscriptionDirectory(id, subscription)
        guard (try? environment.fileSystem.removeTree(directory)) != nil else { return }
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
        context.subscriptions.withLock { $0[entry.id] = subscription }
        return subscription
    }
}

extension Catalog.SubscriptionEntry {
    /// Puts another filter in force from a sequence on, and forgets those that no unsettled event was selected by.
    mutating func changeFilter(_ types: [String]?, from sequence: UInt64, floor: UInt64) {
        filters.removeAll { $0.from >= sequence }
        filters.append(Catalog.FilterEntry(from: sequence, includedEventTypes: types))
        while filters.count > 1, filters[1].from <= floor { filters.removeFirst() }
    }
}
