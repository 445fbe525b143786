import DeliveryIndex
import EventLog
import Gridlog

/// Which events of an event subscription wait: of those not reached only what its filter lets pass.
struct WaitingSelection {
    private let view: SubscriptionView
    private let filter: SubscriptionFilter
    private var finder: EventFinder
    /// Only events in this state.
    var state: StateName?
    /// Only events appended before, in nanoseconds since 1970.
    var before: UInt64?

    init(_ view: SubscriptionView, of topic: Catalog.TopicEntry, _ store: StoreInspection) {
        self.view = view
        filter = SubscriptionFilter(view.entry, of: topic)
        finder = EventFinder(store, topic)
    }

    /// Shows them in the order of their sequences, until `body` returns false; without a frame those that cannot be read.
    ///
    /// What is not there any more counts as settled: a server passes over it. O(sequences), and O(bytes) of frames read.
    mutating func forEach(_ body: (EventStanding, LogFrame?) -> Bool) {
        var scratch: [UInt8] = []
        let (state, before) = (state, before)
        // Before the cursor nothing is of that state.
        let first = state == .notReached ? min(view.cursor, view.endOfTouched) : 0
        view.forEachWaiting(from: first) { standing in
            if let state, StateName(standing.state) != state { return state == .notReached || hasMore(standing) }
            let frame = finder.frame(of: standing.sequence)
            if let before, let frame, frame.appendTime >= before { return false }
            if standing.state == .untouched {
                guard let frame else { return true }
                guard filter.matches(standing.sequence, in: frame, &scratch) ?? true else { return true }
            }
            return body(standing, frame)
        }
    }

    /// Whether anything but what was not reached may follow.
    private func hasMore(_ standing: EventStanding) -> Bool { standing.sequence + 1 < view.endOfTouched }
}
