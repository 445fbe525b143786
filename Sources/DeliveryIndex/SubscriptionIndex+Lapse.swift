public import Storage

/// The end of an event's time to live.
extension SubscriptionIndex {
    /// How many available events one pass looks at, so that the broker's lock is not held long.
    static let lapsedMax = 65_536

    /// Ends what waits below ``lapsedBelow``, though nobody receives. What a receiver holds, or has delayed, is left alone until it is
    /// available again (contract, decision 12).
    ///
    /// Events that were never handed out leave no record: after a recovery they are passed again. The others are for
    /// ``takeLapses()``. O(chunks), and O(available events) up to a bound, whose rest the next call looks at.
    ///
    /// - Throws: a ``StorageError`` if a chunk cannot be made; nothing is lost, and the next call goes on.
    public mutating func lapse() throws(StorageError) {
        for _ in 0..<min(again.count, Self.lapsedMax) {
            guard let sequence = again.popFirst(), let chunk = window.chunk(at: sequence) else { continue }
            let index = SlotChunk.index(of: sequence)
            let slot = chunk[index]
            guard slot.state == .available else { continue }
            if sequence < lapsedBelow { lapse(sequence, chunk, index, slot) } else { again.append(sequence) }
        }
        if window.cursor < lapsedBelow { try passGap(to: lapsedBelow) }
    }

    /// Ends one that is available.
    mutating func lapse(_ sequence: UInt64, _ chunk: SlotChunk, _ index: Int, _ slot: Slot) {
        move(chunk, index, to: slot.moved(to: .settling), by: .beginSettling)
        lapses.append(sequence, deliveryCount: slot.deliveryCount)
    }

    /// The events whose time to live ended since the last call, as ``takeDrops()`` hands out its own. O(1).
    public mutating func takeLapses() -> Settlement? {
        guard !lapses.isEmpty else { return nil }
        defer { lapses = Settlement(.expired, subscription: identity.subscription) }
        return lapses
    }
}
