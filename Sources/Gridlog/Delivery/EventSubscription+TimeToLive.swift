import DeliveryIndex
import EventLog
import Storage

extension EventSubscription {
    /// The first event that is within its time to live; `nil` when the retention of the topic is the only limit, or the log cannot be
    /// read there: then nothing ends.
    ///
    /// It is computed anew each time: a changed time to live applies to events that wait, too (decision 17). O(log events).
    var lapsedBelow: UInt64? {
        guard let timeToLive else { return nil }
        let now = context.clock.wallTime
        guard now > timeToLive else { return nil }
        return try? context.log.sequence(appendedAtOrAfter: now - timeToLive)
    }

    /// In nanoseconds; `nil` when the retention of the topic ends its events.
    ///
    /// With a dead-letter destination the retention is a time to live like any other: its events are copied before they go.
    private var timeToLive: UInt64? {
        let settings = settings
        if let seconds = settings.eventTimeToLiveInSeconds { return UInt64(seconds) * 1_000_000_000 }
        return settings.deadLetter == nil ? nil : context.retirement.withLock { $0.retention }
    }

    /// Ends what waited longer than its time to live, though nobody receives. A full disk puts it off.
    func lapse() {
        guard let lapsedBelow else { return }
        for _ in 0..<Self.lapsesMax {
            let (lapses, hasMore) = lapse(below: lapsedBelow)
            if let lapses { log(lapses) }
            if !hasMore { return }
        }
    }

    /// How often one call looks under the lock, at about a MiB of events each time.
    private static let lapsesMax = 64

    private func lapse(below sequence: UInt64) -> (DeliveryIndex.Settlement?, hasMore: Bool) {
        state.withLock { state in
            guard !state.isRetired else { return (nil, false) }
            state.index.lapsedBelow = sequence
            let before = state.index.cursor
            if state.filter.passesAll(from: before) {
                try? state.index.lapse()
            } else {
                var matcher = EventMatcher(state.filter, context)
                try? state.index.lapse { matcher.match($0) }
            }
            let cursor = state.index.cursor
            return (state.index.takeLapses(), cursor > before && cursor < sequence)
        }
    }
}
