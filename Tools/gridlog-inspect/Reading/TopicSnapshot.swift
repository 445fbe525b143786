import DeliveryIndex
import EventLog
import Gridlog
import Storage

/// A topic and its event subscriptions at one moment, also while a server changes them.
///
/// The files of the indexes are copied before the log is read: what they say, the log says too by then.
struct TopicSnapshot {
    let topic: Catalog.TopicEntry
    let store: StoreInspection
    let log: LogInspection
    let state: LogState
    private var indexes: [UInt32: IndexCopy] = [:]

    /// O(bytes of the newest segment), and O(bytes of the indexes).
    init(_ topic: Catalog.TopicEntry, in store: StoreInspection) throws(LogError) {
        self.topic = topic
        self.store = store
        let newest = try store.log(of: topic).newest?.id ?? 0
        for entry in topic.subscriptions { indexes[entry.id] = try? store.indexCopy(of: entry, in: topic) }
        log = try store.log(of: topic)
        state = LogState(log, since: newest)
    }

    /// Why there is no segment, though there was a log once; `nil` for a topic that was just made, or that has one.
    var logIsGone: LogError? {
        guard log.segments.isEmpty, !log.isBlank || store.seenEnd(of: topic) > 1 else { return nil }
        return LogError(
            .damaged, "the log of the topic is gone: no segment and no manifest of it is there", file: log.directory)
    }

    /// An event subscription's index, to be recovered.
    ///
    /// - Parameter usesFiles: whether what the files say counts, or the log alone.
    func index(of entry: Catalog.SubscriptionEntry, usesFiles: Bool) throws(StorageError) -> SubscriptionIndex {
        let files = usesFiles ? indexes[entry.id] : nil
        return try store.index(of: entry, in: topic, on: files ?? IndexCopy(), tail: state.tail)
    }

    /// An event subscription as a server would find it that started now.
    func view(of entry: Catalog.SubscriptionEntry, usesFiles: Bool = true) throws -> SubscriptionView {
        try SubscriptionView(entry, of: topic, try index(of: entry, usesFiles: usesFiles), state)
    }
}
