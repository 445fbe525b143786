extension SubscriptionIndex {
    /// What contradicts the invariants, one line each; empty if all is well. For tests. O(window + entries).
    package func audit() -> [String] {
        var faults: [String] = []
        var seen = StateCounts()
        let queued = again.sequences.reduce(into: [UInt64: Int]()) { $0[$1, default: 0] += 1 }
        let entries = Set(
            rings.all.flatMap { entry in
                (entry.first..<entry.end).map {
                    Reminder(sequence: $0, due: UInt32(truncatingIfNeeded: entry.deadline))
                }
            })
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
                if slot.state == .locked || slot.state == .delayed,
                    !entries.contains(Reminder(sequence: sequence, due: slot.due))
                {
                    faults.append("\(sequence) is \(slot.state) but on no ring")
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
        for state: SlotState in [.available, .locked, .delayed, .settling] where seen[state] != counts[state] {
            faults.append("\(counts[state]) counted \(state), there are \(seen[state])")
        }
        for (sequence, _) in queued
        where sequence >= window.floor && ![.available, .settled].contains(state(of: sequence)) {
            faults.append("\(sequence) is queued but \(state(of: sequence))")
        }
        return faults
    }

    private struct Reminder: Hashable {
        var sequence: UInt64
        var due: UInt32
    }
}
