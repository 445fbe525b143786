import DeliveryIndex
import EventLog
import Gridlog

/// What `subscriptions` shows of an event subscription.
struct SubscriptionDetail: Encodable {
    /// Consecutive sequences.
    struct Sequences: Encodable {
        let first: UInt64
        var last: UInt64
    }

    struct Event: Encodable {
        let sequence: UInt64
        let state: StateName
        let deliveryCount: Int
        /// When its lock or its delay ends.
        let until: String?
        /// When it was appended.
        let time: String?
        var id: String?
        var type: String?
    }

    let topic: String
    let name: String
    let mode: String
    /// Where its locks were read: the index, or the log, which knows none.
    let source: String
    let floor: UInt64
    let cursor: UInt64
    /// One past the last event of the topic.
    let tail: UInt64
    let available: Int
    let locked: Int
    let delayed: Int
    let deadLetterPending: Int
    private(set) var notReached = 0
    /// The first that waits, of those that its filter lets pass.
    private(set) var oldest: Event?
    /// What is settled between events that are not; only the first ones.
    private(set) var settledRanges: [Sequences] = []
    private(set) var moreSettledRanges = 0
    /// The locks and delays that end next.
    private(set) var nextExpiries: [Event] = []
    /// Only when they were asked for.
    private(set) var events: [Event]?
    /// Whether there are more of them than were asked for.
    private(set) var hasMoreEvents = false
    let contradictions: [String]

    static let rangesMax = 20
    private static let expiriesMax = 5

    init(_ view: SubscriptionView, of topic: Catalog.TopicEntry, in store: StoreInspection, _ options: StoreOptions) {
        self.topic = topic.name
        name = view.entry.name
        mode = view.entry.settings.push == nil ? "queue" : "push"
        source = view.origin == .reused ? "index" : "log"
        floor = view.floor
        cursor = view.cursor
        tail = view.tail
        available = view.available
        locked = view.locked
        delayed = view.delayed
        deadLetterPending = view.deadLetterPending
        contradictions = view.contradictions
        let expiries = summarize(view)
        var finder = EventFinder(store, topic)
        nextExpiries = expiries.map { Self.event($0, &finder, options.time) }
        var selection = WaitingSelection(view, of: topic, store)
        selection.forEach { standing, frame in
            oldest = Self.event(standing, frame, options.time)
            return false
        }
    }

    /// Lists events, at most so many.
    mutating func list(
        _ view: SubscriptionView, _ selection: inout WaitingSelection, limit: Int, _ time: TimeText
    ) {
        var events: [Event] = []
        var hasMore = false
        selection.forEach { standing, frame in
            guard events.count < limit else {
                hasMore = true
                return false
            }
            events.append(Self.event(standing, frame, time))
            return true
        }
        self.events = events
        hasMoreEvents = hasMore
    }

    /// One pass over the window. O(window). - Returns: those that expire next.
    private mutating func summarize(_ view: SubscriptionView) -> [EventStanding] {
        var expiries: [EventStanding] = []
        var next = view.floor
        let end = view.endOfTouched
        view.forEachWaiting { standing in
            guard standing.sequence < end else { return false }
            if standing.sequence > next { addSettled(next, standing.sequence - 1) }
            next = standing.sequence + 1
            if standing.state == .untouched { notReached += 1 }
            guard let until = standing.until, until < expiries.last?.until ?? .max || expiries.count < Self.expiriesMax
            else { return true }
            let place = expiries.firstIndex { $0.until ?? .max > until } ?? expiries.count
            expiries.insert(standing, at: place)
            if expiries.count > Self.expiriesMax { expiries.removeLast() }
            return true
        }
        if next > view.floor, next < end { addSettled(next, end - 1) }
        notReached += Int(clamping: view.tail - end)
        return expiries
    }

    private mutating func addSettled(_ first: UInt64, _ last: UInt64) {
        if settledRanges.count < Self.rangesMax {
            settledRanges.append(Sequences(first: first, last: last))
        } else {
            moreSettledRanges += 1
        }
    }

    private static func event(_ standing: EventStanding, _ finder: inout EventFinder, _ time: TimeText) -> Event {
        event(standing, finder.frame(of: standing.sequence), time)
    }

    private static func event(_ standing: EventStanding, _ frame: LogFrame?, _ time: TimeText) -> Event {
        var event = Event(
            sequence: standing.sequence, state: StateName(standing.state) ?? .available,
            deliveryCount: standing.deliveryCount, until: standing.until.map { time(SystemTime.wall(atBoot: $0)) },
            time: frame.map { time($0.appendTime) })
        if let frame {
            let index = Int(standing.sequence - frame.firstSequence)
            event.id = FrameEvents.Key("id").flatMap { FrameEvents(frame).text(of: $0, index) }
            event.type = FrameEvents.Key("type").flatMap { FrameEvents(frame).text(of: $0, index) }
        }
        return event
    }
}
