import DeliveryIndex
import EventLog
import Gridlog

/// An event subscription as it would be found if a server started now, but with the locks that still run.
final class SubscriptionView {
    let entry: Catalog.SubscriptionEntry
    /// Where its state came from: files of the index, or the log alone.
    let origin: IndexOrigin
    /// What contradicts the invariants of an index.
    let contradictions: [String]
    let tail: UInt64
    private var index: SubscriptionIndex

    /// - Parameter index: just opened.
    init(
        _ entry: Catalog.SubscriptionEntry, of topic: Catalog.TopicEntry, _ index: consuming SubscriptionIndex,
        _ state: LogState
    ) throws {
        self.entry = entry
        tail = state.tail
        var index = index
        origin = index.origin
        do {
            try state.replay(into: &index)
        } catch {
            throw Failure(
                .damaged,
                "The log of topic '\(topic.name)' holds a record about event subscription '\(entry.name)' that "
                    + "cannot be read: \(error).")
        }
        index.finishRecovery()
        contradictions = index.audit()
        self.index = index
    }

    var floor: UInt64 { index.floor }
    var cursor: UInt64 { index.cursor }
    var available: Int { index.availableCount }
    var locked: Int { index.lockedCount }
    var delayed: Int { index.delayedCount }
    var deadLetterPending: Int { index.deadLetterPendingCount }
    /// Events that no receiver was offered yet; the filter was not asked about them.
    var notReached: Int { Int(clamping: tail - min(cursor, tail)) }

    /// One past the last sequence that a receiver was offered, or that is settled.
    var endOfTouched: UInt64 { min(index.endOfTouched, tail) }

    /// How a settled event came to be so; `nil` where the index does not know any more.
    func settleReason(of sequence: UInt64) -> SettleReason? { index.settleReason(of: sequence) }

    /// How an event stands; `nil` when it is settled, or not in the log.
    func standing(of sequence: UInt64) -> EventStanding? {
        var found: EventStanding?
        guard sequence >= floor, sequence < tail else { return nil }
        _ = index.look(at: sequence..<sequence + 1, lapsedBelow: 0, now: SystemTime.boot, limit: 1) { found = $0 }
        return found
    }

    func isSettled(_ sequence: UInt64) -> Bool { index.state(of: sequence) == .settled }

    /// Shows what is not settled, in the order of the sequences.
    ///
    /// - Parameter body: returns false when it has seen enough.
    func forEachWaiting(from first: UInt64 = 0, _ body: (EventStanding) -> Bool) {
        var next = max(first, floor)
        var wantsMore = true
        while next < tail, wantsMore {
            next = index.look(at: next..<tail, lapsedBelow: 0, now: SystemTime.boot, limit: 4_096) { standing in
                if wantsMore { wantsMore = body(standing) }
            }
        }
    }
}
