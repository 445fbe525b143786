/// What the index knows of one event that is not settled.
public struct EventStanding: Sendable, Hashable {
    /// Its sequence.
    public let sequence: UInt64
    /// `untouched` for one that no receiver was offered yet; the filter was not asked about it.
    public let state: SlotState
    /// How many times it was handed out.
    public let deliveryCount: Int
    /// Boot time in nanoseconds at which its lock or its delay ends; `nil` when it has neither.
    public let until: UInt64?
}

extension SubscriptionIndex {
    /// One past the last sequence that is not untouched: the cursor, or further on after a recovery.
    package var endOfTouched: UInt64 { max(window.cursor, recoveredEnd) }

    /// Shows what is not settled, in the order of the sequences, and changes nothing. What is due shows as it will be after the next
    /// ``expire(now:limit:)``. O(slots looked at); chunks that are wholly settled cost nothing.
    ///
    /// - Parameters:
    ///   - sequences: where to look.
    ///   - lapsedBelow: what waits below is past its time to live, and does not show.
    ///   - now: boot time in nanoseconds.
    ///   - limit: how many sequences to look at.
    /// - Returns: the first sequence that was not looked at.
    public func look(
        at sequences: Range<UInt64>, lapsedBelow: UInt64, now: UInt64, limit: Int, _ body: (EventStanding) -> Void
    ) -> UInt64 {
        let time = milliseconds(max(now, latest))
        var sequence = max(sequences.lowerBound, window.floor)
        var left = limit
        while sequence < sequences.upperBound, left > 0 {
            if case .settled = window.entry(at: sequence) {
                sequence = min(sequences.upperBound, (SlotChunk.number(of: sequence) + 1) << 12)
                continue
            }
            left -= 1
            if let standing = standing(of: sequence, time, isLapsed: sequence < lapsedBelow) { body(standing) }
            sequence += 1
        }
        return sequence
    }

    private func standing(of sequence: UInt64, _ time: UInt64, isLapsed: Bool) -> EventStanding? {
        guard let slot = window.slot(at: sequence) else {
            return isLapsed ? nil : EventStanding(sequence: sequence, state: .untouched, deliveryCount: 0, until: nil)
        }
        func standing(_ state: SlotState, until: UInt64? = nil) -> EventStanding {
            EventStanding(sequence: sequence, state: state, deliveryCount: slot.deliveryCount, until: until)
        }
        switch slot.state {
        case .locked, .delayed:
            guard !slot.isDue(after: time) else {
                let ahead = slot.due &- UInt32(truncatingIfNeeded: time)
                return standing(slot.state, until: (time + UInt64(ahead)) * 1_000_000)
            }
            // After its last delivery it is not made available, but dropped.
            let isLast = slot.state == .locked && slot.deliveryCount >= settings.maxDeliveryCount
            return isLast || isLapsed ? nil : standing(.available)
        case .untouched, .available: return isLapsed ? nil : standing(slot.state)
        case .settling, .deadLetterPending: return standing(slot.state)
        case .settled, .invalid: return nil
        }
    }
}
