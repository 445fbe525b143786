package import DeliveryIndex
package import EventLog
package import Storage

/// A data directory as it lies there: read without changing anything, also while a server holds it.
package struct StoreInspection: Sendable {
    /// The data directory.
    package let directory: String
    /// Its topics and event subscriptions.
    package let catalog: Catalog
    /// The catalog as it is written.
    package let catalogBytes: [UInt8]
    /// What is wrong with the catalog's files, but loses nothing.
    package let warnings: [LogError]
    /// The disk.
    package let fileSystem: any FileSystem
    /// The clocks.
    package let clock: any TimeSource
    private let cache = BlockCache()

    /// Reads the catalog of a data directory.
    ///
    /// - Throws: ``GridlogError``: `notAStore` when it holds none, `storageDamaged` when both manifests are gone though there are
    ///   topics, `incompatibleVersion` when a newer version wrote it.
    package init(
        _ directory: String, fileSystem: any FileSystem = PosixFileSystem(), clock: any TimeSource = SystemClock()
    ) throws(GridlogError) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.clock = clock
        let names: Set<String>
        do throws(StorageError) {
            names = Set(try fileSystem.list(directory))
        } catch {
            throw GridlogError(.notAStore, "The directory '\(directory)' cannot be read: \(error.description).")
        }
        guard !names.isDisjoint(with: ["MANIFEST-A", "MANIFEST-B", "topics"]) else {
            throw GridlogError(
                .notAStore,
                "The directory '\(directory)' holds no Gridlog store: there is no MANIFEST-A in it. Name the directory "
                    + "that 'gridlog serve --data' was given.")
        }
        guard names.contains("topics") || !names.contains("subscriptions") else {
            throw GridlogError(
                .notAStore,
                "The directory '\(directory)' is that of one topic. Name the directory that 'gridlog serve --data' was given, two "
                    + "above it.")
        }
        let slots = try GridlogError.converting { () throws(LogError) in
            try Manifest.inspect(in: directory, names, fileSystem)
        }
        guard let content = slots.content else {
            throw GridlogError(
                .storageDamaged,
                "Both manifests in '\(directory)' are missing or damaged. Put MANIFEST-A or MANIFEST-B back from a backup."
            )
        }
        catalog = try CatalogStore.decode(content)
        catalogBytes = content
        warnings = slots.warnings
    }

    /// The store's identity, which every file of it bears.
    package var identity: StoreIdentity? {
        RandomBytes(hexadecimal: catalog.store).map { StoreIdentity(low: $0.low, high: $0.high) }
    }

    /// The topic of that name.
    package func topic(_ name: String) -> Catalog.TopicEntry? {
        catalog.topics.first { $0.name == name }
    }

    /// Where a topic's log lies.
    package func directory(of topic: Catalog.TopicEntry) -> String { environment.topicDirectory(topic.id) }

    /// Where an event subscription's index lies.
    package func directory(of subscription: Catalog.SubscriptionEntry, in topic: Catalog.TopicEntry) -> String {
        environment.subscriptionDirectory(topic.id, subscription.id)
    }

    /// Directories that lie among those of the topics, and belong to none.
    package var unnamedTopicDirectories: [String] {
        let known = Set(catalog.topics.map { directory(of: $0) })
        let names = (try? fileSystem.list("\(directory)/topics")) ?? []
        return names.map { "\(directory)/topics/\($0)" }.filter { !known.contains($0) }
    }

    /// The topics, those whose events come to another one as dead letters before that one: what is settled in the first because it was
    /// copied stands in the second by the time that it is read. Of topics that do so to each other one comes first all the same.
    package var topicsBeforeTheirDeadLetters: [Catalog.TopicEntry] {
        var ordered: [Catalog.TopicEntry] = []
        var isVisited: Set<UInt64> = []
        // Depth first: a topic is put in front of everything that it leads to.
        func visit(_ topic: Catalog.TopicEntry) {
            guard isVisited.insert(topic.id).inserted else { return }
            for subscription in topic.subscriptions {
                if case .topic(let name) = subscription.settings.deadLetter, let target = self.topic(name) {
                    visit(target)
                }
            }
            ordered.insert(topic, at: 0)
        }
        for topic in catalog.topics { visit(topic) }
        return ordered
    }

    /// Opens the log of a topic.
    package func log(of topic: Catalog.TopicEntry) throws(LogError) -> LogInspection {
        try LogInspection(
            directory(of: topic), identity: identity.map { LogIdentity(store: $0, log: topic.id) }, fileSystem,
            cache: cache)
    }

    /// The files of an event subscription's index as they are now. What they say is settled, and how far they say events were looked at,
    /// a log that is read later says too.
    package func indexCopy(
        of subscription: Catalog.SubscriptionEntry, in topic: Catalog.TopicEntry
    ) throws(StorageError) -> IndexCopy {
        try IndexCopy(of: directory(of: subscription, in: topic), from: fileSystem)
    }

    /// One past the greatest sequence that event subscriptions of a topic looked at or began at, as far as is known without its log: its
    /// numbers must not be given to other events.
    package func seenEnd(of topic: Catalog.TopicEntry) -> UInt64 {
        topic.subscriptions.reduce(1) { end, entry in
            max(end, entry.start, IndexCopy.cursor(of: directory(of: entry, in: topic), in: fileSystem))
        }
    }

    /// The index of an event subscription, to be recovered.
    ///
    /// - Parameters:
    ///   - files: which are trusted within one run of the machine; without any the log alone decides.
    ///   - tail: one past the last event of the log.
    package func index(
        of subscription: Catalog.SubscriptionEntry, in topic: Catalog.TopicEntry, on files: IndexCopy, tail: UInt64
    ) throws(StorageError) -> SubscriptionIndex {
        let store = identity ?? StoreIdentity(low: 0, high: 0)
        return try files.open(
            IndexOptions(
                fileSystem: fileSystem, directory: directory(of: subscription, in: topic),
                identity: IndexIdentity(
                    storeLow: store.low, storeHigh: store.high, topic: topic.id, subscription: subscription.id,
                    incarnation: TopicContext.incarnation(of: topic.id)),
                bootIdentity: clock.bootIdentity, freshEpoch: 0, start: min(subscription.start, tail), tail: tail,
                bootTime: clock.bootTime, wallTime: clock.wallTime, settings: subscription.settings.indexSettings))
    }

    private var environment: BrokerEnvironment {
        BrokerEnvironment(
            directory: directory, fileSystem: fileSystem, clock: clock, random: { 0 }, hasThreads: false)
    }
}
