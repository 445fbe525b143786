extension SubscriptionIndex {
    /// How many deadlines one pass looks at, so that the broker's lock is not held long.
    public static let expiredMax = 65_536

    /// Makes available what came due: locks that ran out and delays that are over. Call it before every other operation.
    ///
    /// A lock that ran out at the last delivery is dropped instead: see ``takeDrops()``. Amortised O(1) for each lock ever taken, O(1)
    /// when nothing is due (R28, R34). An event whose settlement is on its way is left alone.
    ///
    /// - Parameters:
    ///   - now: boot time in nanoseconds.
    ///   - limit: how many deadlines to look at.
    public mutating func expire(now: UInt64, limit: Int = SubscriptionIndex.expiredMax) -> ExpiryResult {
        let time = milliseconds(advance(now))
        var result = ExpiryResult()
        guard rings.earliest <= time else { return result }
        var left = limit
        while let entry = rings.takeDue(at: time, limit: left) {
            let due = UInt32(truncatingIfNeeded: entry.deadline)
            for sequence in entry.first..<entry.end {
                guard let chunk = window.chunk(at: sequence) else { continue }
                let index = SlotChunk.index(of: sequence)
                let slot = chunk[index]
                // Anything else was settled, renewed or locked again since: it has another entry, or needs none.
                guard slot.due == due else { continue }
                if comeDue(sequence, chunk, index, slot) { result.madeAvailable += 1 }
            }
            left -= Int(entry.count)
            if left <= 0 { break }
        }
        result.moreDue = rings.earliest <= time
        return result
    }

    /// Acts on a slot whose deadline passed; true if it became available.
    private mutating func comeDue(_ sequence: UInt64, _ chunk: SlotChunk, _ index: Int, _ slot: Slot) -> Bool {
        switch slot.state {
        case .locked where slot.deliveryCount >= settings.maxDeliveryCount:
            drop(sequence, chunk, index, slot)
            return false
        case .locked:
            move(chunk, index, to: slot.moved(to: .available), by: .expireLock)
        case .delayed:
            move(chunk, index, to: slot.moved(to: .available), by: .comeDue)
        default:
            return false
        }
        again.append(sequence)
        return true
    }

    /// The events whose last delivery ended since the last call, in state `settling`: log the settlement without waiting, then
    /// ``finish(_:now:)`` it. `nil` if there are none. O(1).
    public mutating func takeDrops() -> Settlement? {
        drops.takeAll()
    }

    /// Boot time in nanoseconds of the next ``expire(now:limit:)`` that has something to do, `nil` if there is none.
    ///
    /// Drops what is stale at the head of the rings, a bounded number at each call, so a timer set to it seldom fires for nothing.
    public mutating func nextDeadline() -> UInt64? {
        guard counts[.locked] + counts[.delayed] + counts[.settling] > 0 else {
            rings.removeAll()
            return nil
        }
        let window = window
        rings.dropStaleHead(4_096) { window.isAlive($0, $1) }
        return rings.earliest == .max ? nil : rings.earliest * 1_000_000
    }
}
