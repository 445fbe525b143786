/// What a broker has answered, and so what must be true of it from now on.
/// Times are boot times in milliseconds, but for those that say "wall": ns since 1970.
///
/// The model is the files BrokerModel*.swift: 200 lines of code, 265 with comments and blank lines. It knows nothing of
/// the broker but the settings in requests.
struct BrokerModel {
    var topics: [String: Topic] = [:]
    struct Event {
        let id: Int, type: String, json: [UInt8]
        /// The wall time of its appending: one, unless there is doubt.
        var appended: ClosedRange<UInt64> = 0...0
        /// At some moment no subscription needed it; one that is made later may not find it.
        var mayBeGone = false
    }
    /// Events that were published together, and the wall time before which they were not appended.
    struct Request { let number: Int, events: [Event]; var earliest: UInt64 }

    /// A topic: every event in the order of its sequences, from 1.
    struct Topic {
        let id: UInt64
        var isWritten: Bool, retention: UInt64, events: [Event] = []
        /// The newest of them, which a power cut may still take; and since when there are answers that it may take.
        var unsynced: [Request] = [], unsyncedSince: UInt64?
        /// Queued and not answered; what a crash leaves of them is a prefix, in whole requests.
        var pending: [Request] = []
        var subscriptions: [String: Subscription] = [:]
        /// The one that pushes, if there is one.
        var hook: Hook?
        /// The latest wall time that a frame of the log may bear: appending never goes back.
        var latest: UInt64 = 0
        /// Events up to the first are past the retention, those up to the second may be.
        var expired: ClosedRange<UInt64> = 0...0

        mutating func published(_ number: Int, wall: UInt64) throws(Contradiction) {
            try insist(pending.first?.number == number, "publish \(number) was answered before an earlier one")
            pending[0].earliest = wall
            unsynced.append(pending[0])
            appendFirst()
        }

        private mutating func appendFirst() {
            let (request, first) = (pending.removeFirst(), events.count)
            let earliest = max(request.earliest, events.last?.appended.lowerBound ?? 0)
            events += request.events
            for position in first..<events.count { events[position].appended = earliest...max(latest, earliest) }
        }

        /// The retention was enforced. What it took does not come back before the broker is opened again.
        mutating func expire(wall: UInt64, isSure: Bool = true) {
            let cutoff = wall - retention
            let surely = isSure ? UInt64(events.prefix { $0.appended.upperBound < cutoff }.count) : 0
            let maybe = UInt64(events.prefix { $0.appended.lowerBound < cutoff }.count)
            expired = max(expired.lowerBound, surely)...max(expired.upperBound, maybe)
            for (name, subscription) in subscriptions {
                // What a copy is made of first may be there for longer.
                let surely = subscription.deadLetters ? subscription.expired.lowerBound : expired.lowerBound
                let maybe = max(expired.upperBound, subscription.expired.upperBound)
                subscriptions[name]?.expired = surely...maybe
            }
        }

        /// Before a subscription comes or goes: what all have settled may be gone. Without any, everything stays.
        mutating func noteWhatMayBeGone() {
            let isHeld = subscriptions.isEmpty && hook == nil
            for (position, event) in events.enumerated() where !isHeld && !event.mayBeGone {
                let isNeeded = subscriptions.values.contains { $0.surelyNeeds(UInt64(position + 1), event) }
                events[position].mayBeGone = !isNeeded
            }
        }

        /// Everything that was answered is on the disk; with delivery counts only if they found room.
        mutating func synced(withCounts: Bool) {
            (unsynced, unsyncedSince) = ([], nil)
            for name in subscriptions.keys { subscriptions[name]?.synced(withCounts: withCounts) }
        }

        /// The power fails: what was answered and not synced may be gone.
        mutating func powerCut() {
            if hook?.wasWritten == true { hook?.done = [] }
            events.removeLast(unsynced.reduce(0) { $0 + $1.events.count })
            (pending, unsynced) = (unsynced + pending, [])
        }

        /// It was opened again and holds events up to the tail: whole requests, in their order, and now on the disk.
        mutating func reopened(tail: UInt64, wall: UInt64) throws(Contradiction) {
            while events.count < tail - 1, !pending.isEmpty { appendFirst() }
            try insist(events.count == tail - 1, "it ends before \(tail), whole requests before \(events.count + 1)")
            (pending, unsynced, unsyncedSince) = ([], [], nil)
            for name in subscriptions.keys { subscriptions[name]?.reopened(tail: tail) }
            hook?.reopened(tail: tail)
            // What was past the retention is again, unless the wall clock says something else now.
            expired = 0...min(expired.upperBound, tail - 1)
            expire(wall: wall)
        }
    }
}
