/// Events between their last delivery and the dead-letter destination.
///
/// They are in state `deadLetterPending` from when the log has the reason until it has the settlement that follows the copy: after any
/// crash they are copied again rather than lost (R36).
extension SubscriptionIndex {
    /// Events whose copy has not reached the dead-letter destination yet, with those that were taken for it. O(1).
    public var deadLetterPendingCount: Int { counts[.deadLetterPending] }

    /// Hands out events to be copied, in the order in which they were given up. Each is handed out once, until
    /// ``returnPending(_:)``. O(events).
    public mutating func takePending(limit: Int) -> [PendingDeadLetter] {
        var taken: [PendingDeadLetter] = []
        while taken.count < limit, let sequence = pending.popFirst() {
            // What retention settled meanwhile is gone.
            guard let slot = window.slot(at: sequence), slot.state == .deadLetterPending,
                let reason = slot.deadLetterReason
            else { continue }
            taken.append(
                PendingDeadLetter(
                    sequence: sequence, reason: reason, deliveryCount: slot.deliveryCount, endedAt: endedAt(slot)))
        }
        return taken
    }

    /// The latest boot time with those low 32 bits.
    private func endedAt(_ slot: Slot) -> UInt64? {
        guard slot.due != 0, slot.deliveryCount > 0 else { return nil }
        let now = milliseconds(latest)
        let ago = UInt64(UInt32(truncatingIfNeeded: now) &- slot.due)
        return ago <= now ? (now - ago) * 1_000_000 : nil
    }

    /// Takes events back that could not be copied; they are handed out again, behind the others. O(events).
    public mutating func returnPending(_ events: [PendingDeadLetter]) {
        for event in events where state(of: event.sequence) == .deadLetterPending { pending.append(event.sequence) }
    }

    /// The settlement of events whose copies are at the destination, or that are dropped after all: log it, then
    /// ``finish(_:now:)`` or ``rollBack(_:now:)`` it. O(events).
    public func settlement(of events: [PendingDeadLetter]) -> Settlement {
        var settlement = Settlement(.rejected, subscription: identity.subscription, from: .deadLetterPending)
        for event in events {
            settlement.append(event.sequence, event.reason.settled, deliveryCount: event.deliveryCount)
        }
        return settlement
    }

    /// The log has the reason: the events wait for their copies from now on.
    mutating func beginDeadLettering(_ run: SettlementRun, _ reason: DeadLetterReason) {
        let now = UInt32(truncatingIfNeeded: milliseconds(latest))
        forEach(.settling, run) { index, chunk, place, slot in
            let ended = reason == .timeToLive ? slot.due : now
            index.move(chunk, place, to: slot.deadLettering(reason, ended: ended), by: .beginDeadLettering)
            index.pending.append(chunk.first + UInt64(place))
        }
    }
}
