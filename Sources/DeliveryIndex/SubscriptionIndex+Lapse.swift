public import Storage

/// The end of an event's time to live.
extension SubscriptionIndex {
    /// How many available events one pass ends, so that the broker's lock is not held long.
    static let lapsedMax = 65_536

    /// Ends what waits below ``lapsedBelow``, though nobody receives. What a receiver holds, or has delayed, is left alone until it is
    /// available again (contract, decision 12).
    ///
    /// Events that were never handed out leave no record: after a recovery they are passed again. The others are for
    /// ``takeLapses()``; with a dead-letter destination all are that match. Does nothing before ``finishRecovery()``. O(runs of available
    /// events), O(what ends), up to a bound whose rest the next call ends; without a destination O(chunks), and O(slots) of those at both
    /// ends, for what was never handed out.
    ///
    /// - Parameter match: as for a receive; asked with a dead-letter destination only.
    /// - Throws: a ``StorageError`` if a chunk cannot be made; nothing is lost, and the next call goes on.
    public mutating func lapse(match: (UInt64) -> MatchResult = { _ in .deliver }) throws(StorageError) {
        guard recovery == nil else { return }
        for run in again.takeAll(below: lapsedBelow, atMost: Self.lapsedMax) {
            for sequence in run.first..<run.first + UInt64(run.count) {
                guard let chunk = window.chunk(at: sequence) else { continue }
                let index = SlotChunk.index(of: sequence)
                let slot = chunk[index]
                if slot.state == .available { lapse(sequence, chunk, index, slot) }
            }
        }
        guard window.cursor < lapsedBelow else { return }
        guard settings.hasDeadLetterDestination else { return try pass(to: lapsedBelow, only: .untouched) }
        // None is delivered: all of them are past their time to live.
        var deliveries: [Delivery] = []
        var result = ReceiveResult()
        try takeNew(1, due: 0, tail: lapsedBelow, into: &deliveries, &result, match)
    }

    /// Ends one that is available, or was never looked at.
    mutating func lapse(_ sequence: UInt64, _ chunk: SlotChunk, _ index: Int, _ slot: Slot) {
        // Of one that was handed out it tells when its last delivery ended.
        let due = slot.state == .untouched ? UInt32(truncatingIfNeeded: milliseconds(latest)) : slot.due
        move(chunk, index, to: slot.moved(to: .settling, due: due), by: .beginSettling)
        lapses.append(sequence, settings.operation(endingBy: .timeToLive), deliveryCount: slot.deliveryCount)
    }

    /// The events whose time to live ended since the last call, as ``takeDrops()`` hands out its own. O(1).
    public mutating func takeLapses() -> Settlement? {
        lapses.takeAll()
    }
}
