import DeliveryIndex
import EventLog
import Storage

/// An event broker over one data directory: topics, and event subscriptions over them.
///
/// ```swift
/// let broker = try Broker.open("data")
/// let orders = try broker.putTopic("orders").topic
/// let billing = try orders.putSubscription("billing").subscription
/// try await orders.publish(CloudEvent(id: "1", source: "/shop", type: "order.placed"))
/// for event in try await billing.receive(maxEvents: 10) {
///     try await billing.acknowledge([event.lockToken])
/// }
/// broker.close()
/// ```
///
/// Everything may be called from any thread. Calls that change topics or subscriptions, and ``close()``, block until the
/// change is durable.
public final class Broker: Sendable {
    let environment: BrokerEnvironment
    let options: BrokerOptions
    let catalog: CatalogStore
    let committer: Committer
    let timers: DeadlineTimers
    let housekeeper: Housekeeper
    /// Decompressed blocks of all topics: 32 MiB at most.
    let blockCache = BlockCache()
    /// What delivers the events of push subscriptions, while it does.
    let pushing = Guarded<Pushing?>(nil)
    /// Held until the broker is closed.
    private let directory: Guarded<DataDirectory?>
    private let byName: Guarded<[String: Topic]>
    /// One change of topics or subscriptions at a time; held while the catalog is synced, never on the data path.
    let changes = Guarded(())

    /// Opens the store of a directory, or makes one when it is empty or missing (its parent must exist).
    ///
    /// Cost: the newest segment of each topic is read once. A damaged topic does not keep the others from serving; see
    /// ``health``.
    ///
    /// - Throws: ``GridlogError`` with code `directoryInUse`, `notAStore`, `incompatibleVersion`, or of the disk.
    public static func open(
        _ directory: String, options: BrokerOptions = BrokerOptions()
    ) throws(GridlogError) -> Broker {
        if options.survivesUnreadableFiles {
            try GridlogError.converting { () throws(StorageError) in try UnreadablePages.showZeros() }
        }
        return try Broker(.production(directory), options)
    }

    package init(_ environment: BrokerEnvironment, _ options: BrokerOptions) throws(GridlogError) {
        self.environment = environment
        self.options = options
        directory = Guarded(try DataDirectory.take(environment))
        catalog = try CatalogStore.open(in: environment)
        committer = Committer(clock: environment.clock)
        timers = DeadlineTimers(clock: environment.clock)
        housekeeper = Housekeeper(clock: environment.clock, packs: options.compressesColdSegments)
        byName = Guarded([:])
        if environment.hasThreads {
            try GridlogError.converting { () throws(StorageError) in
                try committer.start()
                try timers.start()
                try housekeeper.start()
            }
        }
        housekeeper.afterRound { [weak self] in
            self?.deleteExpiredSubscriptions()
            self?.failOldValidations()
        }
        removeDeleted()
        for entry in catalog.catalog.topics {
            let topic = open(entry)
            byName.withLock { $0[topic.name] = topic }
        }
    }

    /// Answers nothing more, syncs everything and gives the directory back. Blocking. Call it once; a broker that has topics lives,
    /// and holds its directory, until then.
    public func close() {
        stopPushing()
        timers.stop()
        housekeeper.stop()
        for topic in topics {
            topic.close()
            remove(topic)
        }
        committer.stop()
        directory.withLock { $0 = nil }
    }

    /// Nanoseconds since 1970, by the broker's clock.
    public var wallTime: UInt64 { environment.clock.wallTime }

    /// All topics, by name.
    public var topics: [Topic] {
        byName.withLock { Array($0.values) }.sorted { $0.name < $1.name }
    }

    /// The topic of that name. O(1).
    public func topic(_ name: String) -> Topic? {
        byName.withLock { $0[name] }
    }

    /// Whether it can answer, and what is wrong if not.
    public var health: BrokerHealth {
        let topics = topics
        let problems = topics.compactMap { topic in topic.problem.map { "topic \(topic.name): \($0)" } }
        return BrokerHealth(
            problems: (catalog.problem.map { ["catalog: \($0)"] } ?? []) + problems,
            warnings: topics.flatMap { topic in topic.warnings.map { "topic \(topic.name): \($0)" } })
    }

    func add(_ topic: Topic) {
        byName.withLock { $0[topic.name] = topic }
    }

    func remove(_ topic: Topic) {
        byName.withLock { _ = $0.removeValue(forKey: topic.name) }
    }
}
