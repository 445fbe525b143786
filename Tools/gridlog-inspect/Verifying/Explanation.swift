import EventLog
import Gridlog
import Storage

/// Why an event may be settled though the log does not say so (Gridlog/FORMAT.md section 4): its filter refused it, its time was over, or
/// its segment is gone.
struct Explanation {
    private let snapshot: TopicSnapshot
    private let filter: SubscriptionFilter
    private let now: UInt64
    /// In nanoseconds; the shorter of the topic's retention and the time to live.
    private let patience: UInt64

    init(_ entry: Catalog.SubscriptionEntry, _ snapshot: TopicSnapshot) {
        self.snapshot = snapshot
        filter = SubscriptionFilter(entry, of: snapshot.topic)
        now = snapshot.store.clock.wallTime
        let retention = UInt64(clamping: snapshot.topic.settings.eventRetentionInDays)
            .multipliedReportingOverflow(by: 86_400)
        let life = entry.settings.eventTimeToLiveInSeconds.map { UInt64(clamping: $0) } ?? .max
        let (patience, isEndless) = min(retention.overflow ? .max : retention.partialValue, life)
            .multipliedReportingOverflow(by: 1_000_000_000)
        self.patience = isEndless ? .max : patience
    }

    /// The sequences that nothing explains. O(bytes of the log), and nothing when there is nothing to explain.
    func unexplained(_ sequences: [Range<UInt64>]) -> [Range<UInt64>] {
        guard let first = sequences.first, let last = sequences.last,
            var walk = try? TopicWalk(snapshot.store, snapshot.topic, from: .sequence(first.lowerBound))
        else { return [] }
        var found: [Range<UInt64>] = []
        var scratch: [UInt8] = []
        var position = 0
        while let step = walk.next() {
            guard case .frame(let frame) = step.item, frame.kind == .events else { continue }
            if frame.firstSequence >= last.upperBound { break }
            while position < sequences.count, sequences[position].upperBound <= frame.firstSequence { position += 1 }
            guard now - min(now, frame.appendTime) < patience else { continue }
            for range in sequences[position...] {
                guard range.lowerBound < frame.endSequence else { break }
                for sequence in range.clamped(to: frame.firstSequence..<frame.endSequence)
                where filter.matches(sequence, in: frame, &scratch) != false {
                    found.add(sequence)
                }
            }
        }
        return found
    }
}
