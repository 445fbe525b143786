import DeliveryIndex
import EventLog
import Storage

/// A topic: what events are published to. It owns one log, and event subscriptions over it.
public final class Topic: Sendable {
    /// Its name, unique in the broker.
    public let name: String
    /// Its id, never used twice in a store.
    public let id: UInt64
    let catalog: CatalogStore
    let environment: BrokerEnvironment
    /// The broker's: one change at a time.
    let changes: Guarded<Void>
    private let opened: Opened
    private let state: Guarded<State>

    /// A topic whose log is damaged is there, with its name and settings, but answers nothing (R20).
    enum Opened: Sendable {
        case serving(TopicContext, delegate: TopicLogDelegate)
        case fenced(GridlogError)
    }

    private struct State {
        var settings: TopicSettings
        var byName: [String: EventSubscription] = [:]
    }

    init(
        _ entry: Catalog.TopicEntry, catalog: CatalogStore, environment: BrokerEnvironment, changes: Guarded<Void>,
        opened: Opened
    ) {
        name = entry.name
        id = entry.id
        self.catalog = catalog
        self.environment = environment
        self.changes = changes
        self.opened = opened
        state = Guarded(State(settings: entry.settings))
    }

    /// How it behaves.
    public var settings: TopicSettings { state.withLock { $0.settings } }

    /// One past the sequence of the newest event: what it will be given next.
    public var nextSequence: UInt64 { (try? context)?.log.tail ?? 1 }

    /// Why it cannot serve, if it cannot.
    public var problem: GridlogError? {
        switch opened {
        case .serving(let context, _): context.damage
        case .fenced(let error): error
        }
    }

    /// What needs to be looked at although it serves.
    public var warnings: [String] {
        if case .serving(let context, _) = opened { context.warnings } else { [] }
    }

    /// What it works with, or the error that every request gets.
    var context: TopicContext {
        get throws(GridlogError) {
            switch opened {
            case .serving(let context, _):
                try context.checkDamage()
                return context
            case .fenced(let error): throw error
            }
        }
    }

    /// What it works with, fenced meanwhile or not; `nil` if it could not be opened.
    var openedContext: TopicContext? {
        if case .serving(let context, _) = opened { context } else { nil }
    }

    /// Its event subscriptions, by name.
    public var subscriptions: [EventSubscription] {
        state.withLock { $0.byName.values.sorted { $0.name < $1.name } }
    }

    /// The event subscription of that name. O(1).
    public func subscription(_ name: String) -> EventSubscription? {
        state.withLock { $0.byName[name] }
    }

    func add(_ subscription: EventSubscription) {
        state.withLock { $0.byName[subscription.name] = subscription }
    }

    func remove(_ name: String) -> EventSubscription? {
        state.withLock { $0.byName.removeValue(forKey: name) }
    }

    func apply(_ settings: TopicSettings) {
        state.withLock { $0.settings = settings }
        guard case .serving(let context, _) = opened else { return }
        context.log.level = settings.durability.commitLevel
        context.setRetention(seconds: settings.retentionInSeconds)
    }

    /// Answers nothing but this error from now on; what is queued is answered first. Blocking.
    func close(because error: GridlogError) {
        guard case .serving(let context, _) = opened else { return }
        context.fence(error)
        close()
    }

    /// Closes the log and the indexes. Blocking.
    func close() {
        guard case .serving(let context, _) = opened else { return }
        for subscription in subscriptions { subscription.retire() }
        context.housekeeper.forget(context)
        context.log.close()
        context.letGo()
    }
}
