import DeliveryIndex
import EventLog
import Gridlog

/// A topic of one of two stores that are compared.
final class DiffSide {
    let entry: Catalog.TopicEntry
    /// Why it cannot be compared, or not in full.
    private(set) var problems: [String] = []
    private let store: StoreInspection
    private let tail: UInt64
    private var subscriptions: [String: Subscription] = [:]
    private var scratch: [UInt8] = []

    private struct Subscription {
        let view: SubscriptionView
        let filter: SubscriptionFilter
    }

    /// Recovers the state of its event subscriptions from the log. O(bytes of the newest segment).
    init(_ entry: Catalog.TopicEntry, of store: StoreInspection) throws {
        self.entry = entry
        self.store = store
        do throws(LogError) {
            let log = try store.log(of: entry)
            problems = log.faults.map(\.description)
            let state = LogState(log)
            tail = state.tail
            if state.isPartial { problems.append("settlements in \(log.directory) cannot be read") }
            recover(state)
        } catch {
            tail = 1
            problems.append(error.description)
        }
    }

    private func recover(_ state: LogState) {
        for subscription in entry.subscriptions {
            do {
                subscriptions[subscription.name] = Subscription(
                    view: try SubscriptionView(
                        subscription, of: entry,
                        try store.index(of: subscription, in: entry, on: IndexCopy(), tail: state.tail), state),
                    filter: SubscriptionFilter(subscription, of: entry))
            } catch {
                problems.append(error.sentence)
            }
        }
    }

    /// The names of its event subscriptions, those too whose state cannot be read.
    var names: Set<String> { Set(entry.subscriptions.map(\.name)) }

    /// The events that were there when the state was read.
    func events() -> () -> EventWalk.Event? {
        guard let frames = try? TopicWalk(store, entry) else { return { nil } }
        var walk = EventWalk(frames) { [self] damage in
            if problems.count < Self.problemsMax { problems.append(damage.error.description) }
        }
        return { [tail] in walk.next().flatMap { $0.sequence < tail ? $0 : nil } }
    }

    private static let problemsMax = 100

    /// Whether an event is settled, or will be because the filter refuses it; `nil` when that is not known. O(1), and O(bytes) for a
    /// filter on an event that was not reached.
    func isSettled(_ event: EventWalk.Event, _ name: String) -> Bool? {
        guard let subscription = subscriptions[name] else { return nil }
        if subscription.view.isSettled(event.sequence) { return true }
        guard event.sequence >= subscription.view.cursor, !subscription.filter.passesAll else { return false }
        return subscription.filter.matches(event.sequence, in: event.frame, &scratch) == false
    }
}
