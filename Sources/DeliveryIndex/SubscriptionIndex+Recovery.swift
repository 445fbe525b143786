extension SubscriptionIndex {
    /// Ends the recovery: drops what lies past the log's end, and rebuilds counters, rings and queue by one scan of the window. Call it once
    /// all settlements are replayed; only then may anything else be called. O(window).
    public mutating func finishRecovery() {
        guard let recovery else { preconditionFailure("the index is recovered already") }
        var scan = RecoveryScan()
        for chunk in window.liveChunks {
            chunk.settled = 0
            for index in 0..<SlotChunk.slots { recover(chunk, index, recovery, &scan) }
        }
        let floor = min(window.floor, recovery.tail)
        // Where the log says more than the checkpoint, further on; where a slot is unknown, there to look again (R17).
        let cursor = min(recovery.tail, window.firstUntouched())
        window.place(floor: floor, cursor: max(floor, cursor))
        recoveredEnd = scan.end
        // Equal deadlines of consecutive sequences become one entry.
        scan.deadlines.sort { ($0.deadline, $0.first) < ($1.deadline, $1.first) }
        for entry in scan.deadlines { remind(entry.first, entry.count, at: entry.deadline) }
        window.freeSettledChunks()
        window.advanceFloor()
        window.files.dropExcessSpares()
        self.recovery = nil
        window.files.beginServing()
    }

    private mutating func recover(
        _ chunk: SlotChunk, _ index: Int, _ recovery: RecoveryState, _ scan: inout RecoveryScan
    ) {
        let sequence = chunk.first + UInt64(index)
        guard sequence >= window.floor else {
            chunk.settled += 1
            return
        }
        let slot = chunk[index]
        guard slot.state != .untouched else { return }
        guard sequence < recovery.tail else { return chunk.move(index, to: .untouched, by: .forget) }
        scan.end = sequence + 1
        let deadline = recovery.deadline(due: slot.due)
        switch slot.state {
        case .settled:
            chunk.settled += 1
        case .settling where deadline != nil:
            chunk.move(index, to: slot.moved(to: .locked), by: .rollBack)
        case .settling:
            chunk.move(index, to: slot.moved(to: .available), by: .makeAvailable)
        case .locked where deadline == nil:
            chunk.move(index, to: slot.moved(to: .available), by: .expireLock)
        case .delayed where deadline == nil:
            chunk.move(index, to: slot.moved(to: .available), by: .comeDue)
        default:
            break
        }
        let state = chunk[index].state
        counts.add(state)
        if state == .available { again.append(sequence) }
        if state == .deadLetterPending { pending.append(sequence) }
        if let deadline, state == .locked || state == .delayed { scan.add(sequence, deadline) }
    }
}

/// What the scan of a recovery gathers.
private struct RecoveryScan {
    /// The sequence after the last one that is not untouched.
    var end: UInt64 = 0
    var deadlines: [DeadlineRing.Entry] = []

    mutating func add(_ sequence: UInt64, _ deadline: UInt64) {
        if let last = deadlines.last, last.deadline == deadline, last.end == sequence {
            deadlines[deadlines.count - 1].count += 1
        } else {
            deadlines.append(DeadlineRing.Entry(deadline: deadline, first: sequence, count: 1))
        }
    }
}
