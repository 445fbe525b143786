extension SubscriptionIndex {
    /// What contradicts the invariants, one line each; empty if all is well. For tests. O(window + entries).
    package func audit() -> [String] {
        var faults: [String] = []
        var seen = StateCounts()
        let queued = again.sequences.reduce(into: [UInt64: Int]()) { $0[$1, default: 0] += 1 }
        let deadlines = liveDeadlines
        if window.floor > window.cursor { faults.append("floor \(floor) above cursor \(cursor)") }
        if window.floor < window.cursor, state(of: window.floor) == .settled {
            faults.append("floor \(floor) is settled")
        }
        for chunk in window.liveChunks {
            var settled = 0
            for index in 0..<SlotChunk.slots {
                let sequence = chunk.first + UInt64(index)
                let slot = chunk[index]
                guard sequence >= window.floor else {
                    settled += 1
                    continue
                }
                if slot.state == .settled { settled += 1 }
                if slot.state == .untouched, sequence < window.cursor {
                    faults.append("\(sequence) was passed untouched")
                }
                if slot.state == .locked || slot.state == .delayed {
                    switch deadlines[sequence]?.count {
                    case nil: faults.append("\(sequence) is \(slot.state) but on no ring")
                    case 1: break
                    case let count?: faults.append("\(sequence) is \(slot.state) with \(count) deadlines")
                    }
                }
                if slot.state == .available, queued[sequence] != 1 {
                    faults.append("\(sequence) is available and queued \(queued[sequence] ?? 0) times")
                }
                seen.add(slot.state)
            }
            if settled != chunk.settled {
                faults.append("chunk \(chunk.number) counts \(chunk.settled) settled of \(settled)")
            }
            if settled == SlotChunk.slots, chunk.end <= window.cursor {
                faults.append("chunk \(chunk.number) is not freed")
            }
        }
        for state: SlotState in [.available, .locked, .delayed, .settling, .deadLetterPending]
        where seen[state] != counts[state] {
            faults.append("\(counts[state]) counted \(state), there are \(seen[state])")
        }
        for (sequence, _) in queued
        where sequence >= window.floor && ![.available, .settled].contains(state(of: sequence)) {
            faults.append("\(sequence) is queued but \(state(of: sequence))")
        }
        let waiting = pending.sequences
        if Set(waiting).count != waiting.count { faults.append("an event waits twice for its dead-letter copy") }
        return faults
    }

    /// The whole deadlines at which the rings speak of each sequence that is locked, delayed or settling: R31 wants one
    /// for each of the first two.
    ///
    /// An entry is live for a sequence when the low half of its deadline is the due time of the slot. Those of a lock that
    /// was settled, renewed or given back are dead, and go when they come due or are swept. Live entries with the same
    /// whole deadline count as one: a lock that is given back and taken again within a millisecond has two, and whichever
    /// comes first leaves nothing to do for the other.
    private var liveDeadlines: [UInt64: Set<UInt64>] {
        var deadlines: [UInt64: Set<UInt64>] = [:]
        for entry in rings.all {
            for sequence in entry.first..<entry.end where window.isAlive(sequence, entry.deadline) {
                deadlines[sequence, default: []].insert(entry.deadline)
            }
        }
        return deadlines
    }
}
