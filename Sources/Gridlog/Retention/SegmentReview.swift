import DeliveryIndex
import EventLog

/// Finds out which sealed segments nobody needs any more.
///
/// Of each segment one *blocker* is remembered: an event that some event subscription has not settled. Only when that is settled the
/// next one is looked for, from there on: all reviews together look at a slot once, whatever the backlog (the watched literals of
/// Moskewicz et al., "Chaff", 2001).
struct SegmentReview {
    private struct Blocker {
        var subscription: UInt32
        var sequence: UInt64
    }

    private struct Entry {
        let segment: SegmentSummary
        /// `nil`: nobody has looked yet, or nothing stands in the way but a pin.
        var blocker: Blocker?
    }

    /// What a review asks.
    struct Situation {
        let subscriptions: [UInt32: EventSubscription]
        /// Events from here on are needed by an event subscription that is being made.
        let pinnedFrom: UInt64
        /// Events below are past the topic's retention.
        var expiredBelow: UInt64 = 0
    }

    /// In the order of their events.
    private var entries: [Entry] = []

    init(_ segments: [SegmentSummary]) {
        for segment in segments { add(segment) }
    }

    /// Whether there is nothing to review.
    var isEmpty: Bool { entries.isEmpty }

    /// A segment was sealed. One without events goes by itself.
    mutating func add(_ segment: SegmentSummary) {
        if !segment.sequences.isEmpty { entries.append(Entry(segment: segment)) }
    }

    /// The segments that can be given up because these events were settled. O(log segments) when they did not stand in the way.
    mutating func segments(freedBy settlement: Settlement, _ situation: () -> Situation) -> Set<UInt64> {
        var freed: Set<UInt64> = []
        var known: Situation?
        for run in settlement.runs {
            var position = self.position(of: run.first)
            while position < entries.count, entries[position].segment.sequences.lowerBound < run.end {
                if let blocker = entries[position].blocker, blocker.subscription == settlement.subscription,
                    (run.first..<run.end).contains(blocker.sequence)
                {
                    let situation = known ?? situation()
                    known = situation
                    if isFree(position, situation) { freed.insert(entries[position].segment.id) }
                }
                position += 1
            }
        }
        forget(freed)
        return freed
    }

    /// All segments that can be given up. O(segments) when little has changed.
    mutating func freedSegments(_ situation: Situation) -> Set<UInt64> {
        var freed: Set<UInt64> = []
        for position in entries.indices where isFree(position, situation) {
            freed.insert(entries[position].segment.id)
        }
        forget(freed)
        return freed
    }

    private mutating func forget(_ freed: Set<UInt64>) {
        if !freed.isEmpty { entries.removeAll { freed.contains($0.segment.id) } }
    }

    /// The first entry that does not lie wholly below a sequence.
    private func position(of sequence: UInt64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].segment.sequences.upperBound <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func isFree(_ position: Int, _ situation: Situation) -> Bool {
        let sequences = entries[position].segment.sequences
        if sequences.upperBound <= situation.expiredBelow { return true }
        if let blocker = entries[position].blocker {
            let rest = blocker.sequence..<sequences.upperBound
            if let next = situation.subscriptions[blocker.subscription]?.firstUnsettled(in: rest) {
                entries[position].blocker?.sequence = next
                return false
            }
        }
        for (id, subscription) in situation.subscriptions where id != entries[position].blocker?.subscription {
            if let sequence = subscription.firstUnsettled(in: sequences) {
                entries[position].blocker = Blocker(subscription: id, sequence: sequence)
                return false
            }
        }
        entries[position].blocker = nil
        // A topic without an event subscription keeps its events for one that may begin with them.
        return !situation.subscriptions.isEmpty && sequences.upperBound <= situation.pinnedFrom
    }
}
