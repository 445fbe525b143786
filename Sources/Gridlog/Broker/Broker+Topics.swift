import DeliveryIndex
import EventLog
import Storage

extension Broker {
    /// Makes a topic, or replaces the settings of the one that is there. Durable when it returns.
    ///
    /// - Parameter settings: `nil` takes the defaults.
    /// - Throws: ``GridlogError`` with code `invalidArgument` for a name or a setting that breaks a rule; `unavailable` when the disk
    ///   failed, and the change may be found done at the next opening.
    @discardableResult
    public func putTopic(
        _ name: String, _ settings: TopicSettings? = nil
    ) throws(GridlogError) -> (topic: Topic, created: Bool) {
        let settings = settings ?? TopicSettings(durability: options.defaultDurability)
        try ResourceName.validateTopic(name)
        try settings.validate()
        return try changes.withLock { _ throws(GridlogError) in
            if let topic = topic(name) {
                try replaceSettings(of: topic, settings)
                return (topic, false)
            }
            let topic = try make(name, settings)
            add(topic)
            return (topic, true)
        }
    }

    /// The log is made before the catalog names it; a crash between leaves a directory that nobody knows, and whose id is passed
    /// over: nothing is removed because the catalog does not know it (R19).
    private func make(_ name: String, _ settings: TopicSettings) throws(GridlogError) -> Topic {
        let names = try GridlogError.converting { () throws(StorageError) in
            try environment.fileSystem.list(environment.path("topics"))
        }
        let unused = (names.compactMap { UInt64($0, radix: 16) }.max() ?? 0) + 1
        let entry = Catalog.TopicEntry(
            id: max(catalog.catalog.nextTopic, unused), name: name, settings: settings, nextSubscription: 1,
            subscriptions: [], deletedSubscriptions: [])
        let topic = open(entry)
        if let problem = topic.problem { throw problem }
        do {
            try catalog.change { catalog in
                catalog.nextTopic = entry.id + 1
                catalog.topics.append(entry)
            }
        } catch {
            topic.close()
            throw error
        }
        return topic
    }

    private func replaceSettings(of topic: Topic, _ settings: TopicSettings) throws(GridlogError) {
        for subscription in topic.subscriptions {
            guard let seconds = subscription.settings.eventTimeToLiveInSeconds, seconds > settings.retentionInSeconds
            else { continue }
            throw GridlogError(
                .invalidArgument,
                "eventRetentionInDays cannot be \(settings.eventRetentionInDays): the event subscription "
                    + "'\(subscription.name)' has an eventTimeToLive of \(seconds) s; lower that first.")
        }
        try catalog.change { catalog in
            guard let position = catalog.topics.firstIndex(where: { $0.id == topic.id }) else { return }
            catalog.topics[position].settings = settings
        }
        topic.apply(settings)
    }

    /// Deletes a topic with its events and event subscriptions. Durable when it returns.
    ///
    /// - Returns: false when there is no such topic.
    /// - Throws: ``GridlogError`` with code `unavailable` when the disk failed: the topic may be found deleted at the next opening, and
    ///   answers nothing until then. With another code nothing has changed.
    @discardableResult
    public func deleteTopic(_ name: String) throws(GridlogError) -> Bool {
        try changes.withLock { _ throws(GridlogError) in
            guard let topic = topic(name) else { return false }
            try checkNoDeadLetters(goTo: topic)
            // What is answered from here on would go with a deletion that is found done.
            try catalog.change(inDoubt: { topic.close(because: $0) }) { catalog in
                catalog.topics.removeAll { $0.id == topic.id }
                catalog.deletedTopics.append(topic.id)
            }
            remove(topic)
            topic.close()
            removeDeleted()
            return true
        }
    }

    private func checkNoDeadLetters(goTo topic: Topic) throws(GridlogError) {
        for other in topics where other !== topic {
            for subscription in other.subscriptions where subscription.settings.deadLetter == .topic(name: topic.name) {
                throw GridlogError(
                    .conflict,
                    "The topic '\(topic.name)' takes the dead-lettered events of '\(subscription.name)' of topic "
                        + "'\(other.name)'; name another dead-letter destination there first.")
            }
        }
    }

    // MARK: - Opening

    /// Opens the log and the event subscriptions of a topic. One that is damaged is fenced, and does not stop the others.
    func open(_ entry: Catalog.TopicEntry) -> Topic {
        do throws(GridlogError) {
            return try serve(entry)
        } catch {
            var message = "Topic '\(entry.name)': \(error.message)"
            if error.code == .storageDamaged {
                message += "; 'gridlog-inspect verify \(environment.directory)' says what is wrong, and what to do"
            }
            options.onNotice(BrokerNotice(severity: .error, message: message))
            return Topic(entry, catalog: catalog, environment: environment, changes: changes, opened: .fenced(error))
        }
    }

    private func serve(_ entry: Catalog.TopicEntry) throws(GridlogError) -> Topic {
        let context = try openContext(entry)
        do throws(GridlogError) {
            return try open(entry, in: context)
        } catch {
            context.log.close()
            context.letGo()
            throw error
        }
    }

    private func open(_ entry: Catalog.TopicEntry, in context: TopicContext) throws(GridlogError) -> Topic {
        let entry = try fitted(entry, to: context.log.tail)
        let delegate = TopicLogDelegate(context)
        context.log.delegate = delegate
        context.log.level = entry.settings.durability.commitLevel
        let topic = Topic(
            entry, catalog: catalog, environment: environment, changes: changes,
            opened: .serving(context, delegate: delegate))
        for subscription in entry.subscriptions {
            topic.add(try topic.open(subscription, in: context, epoch: catalog.catalog.openCount))
        }
        context.tellFindings()
        try context.replay()
        for subscription in topic.subscriptions { try? subscription.prepareChunk() }
        context.enforceRetention()
        context.reviewSegments()
        housekeeper.lookAfter(context)
        return topic
    }

    /// A power cut may take the newest events of a topic of level `written`, and their sequences are given out again. What began
    /// behind them begins with the next event, for good: at a later opening the log is longer.
    private func fitted(_ entry: Catalog.TopicEntry, to tail: UInt64) throws(GridlogError) -> Catalog.TopicEntry {
        let fitted = entry.fitted(to: tail)
        guard
            fitted.subscriptions.map(\.start) != entry.subscriptions.map(\.start)
                || fitted.subscriptions.map(\.filters) != entry.subscriptions.map(\.filters)
        else { return entry }
        try catalog.change { catalog in
            guard let position = catalog.topics.firstIndex(where: { $0.id == entry.id }) else { return }
            catalog.topics[position] = fitted
        }
        return fitted
    }

    private func openContext(_ entry: Catalog.TopicEntry) throws(GridlogError) -> TopicContext {
        let snapshot = catalog.catalog
        guard let store = RandomBytes(hexadecimal: snapshot.store),
            let key = RandomBytes(hexadecimal: snapshot.tokenKey)
        else { throw GridlogError(.incompatibleVersion, "The catalog names no valid store identity or token key.") }
        let directory = environment.topicDirectory(entry.id)
        try GridlogError.converting { () throws(StorageError) in
            try environment.fileSystem.createDirectory(directory)
            try environment.fileSystem.syncDirectory(environment.path("topics"))
        }
        let log = try GridlogError.converting { () throws(LogError) in
            var configuration = LogConfiguration(
                directory: directory,
                identity: LogIdentity(store: StoreIdentity(low: store.low, high: store.high), log: entry.id),
                fileSystem: environment.fileSystem, clock: environment.clock, random: environment.random)
            configuration.blockCache = blockCache
            if let segmentBytes = environment.segmentBytes {
                configuration.segmentBytesMin = segmentBytes.lowerBound
                configuration.segmentBytesMax = segmentBytes.upperBound
                configuration.reserveBytesMin = min(configuration.reserveBytesMin, segmentBytes.lowerBound)
            }
            return try SegmentedLog.open(configuration, committer: committer)
        }
        return TopicContext(
            entry, log: log, tokenCoder: LockTokenCoder(key: (key.low, key.high)), broker: self)
    }

    // MARK: - Removing

    /// Removes the files of what was deleted, and then forgets it. What fails is tried again at the next opening.
    func removeDeleted() {
        for id in catalog.catalog.deletedTopics where (try? environment.removeTopic(id)) != nil {
            try? catalog.change { $0.deletedTopics.removeAll { $0 == id } }
        }
        for topic in catalog.catalog.topics {
            for id in topic.deletedSubscriptions where (try? environment.removeSubscription(topic.id, id)) != nil {
                try? catalog.change { catalog in
                    guard let position = catalog.topics.firstIndex(where: { $0.id == topic.id }) else { return }
                    catalog.topics[position].deletedSubscriptions.removeAll { $0 == id }
                }
            }
        }
    }
}
