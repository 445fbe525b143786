extension SubscriptionIndex {
    /// Whether a token holds its event's lock. O(1): one slot is read.
    public mutating func check(_ token: LockToken, now: UInt64) -> TokenOutcome {
        find(token, now).outcome
    }

    /// The slot that a token holds; no chunk unless the outcome is genuine.
    @inline(__always)
    private mutating func find(
        _ token: LockToken, _ now: UInt64
    ) -> (outcome: TokenOutcome, chunk: SlotChunk?, place: Int, slot: Slot) {
        let place = SlotChunk.index(of: token.sequence)
        guard token.subscription == identity.subscription, token.incarnation == identity.incarnation else {
            return (.badToken, nil, place, .untouched)
        }
        guard token.epoch == epoch, let chunk = window.chunk(at: token.sequence) else {
            return (.lost, nil, place, .untouched)
        }
        let slot = chunk[place]
        guard slot.state == .locked, slot.generation == token.generation, slot.isDue(after: milliseconds(advance(now)))
        else { return (.lost, nil, place, slot) }
        return (.genuine, chunk, place, slot)
    }

    /// A settlement without events yet, for ``beginSettling(_:into:now:)``.
    ///
    /// - Parameters:
    ///   - operation: what the receiver answers, for all events of the settlement.
    ///   - now: boot time in nanoseconds, from which a delay is measured.
    public mutating func settlement(_ operation: SettleOperation, now: UInt64) -> Settlement {
        Settlement(
            operation, subscription: identity.subscription,
            settings, now: advance(now))
    }

    /// Takes the event of a token out of its lock and adds it to the settlement. Its slot is `settling` until the
    /// settlement is finished or rolled back, and does not expire meanwhile. O(1), no allocation but the settlement's runs.
    ///
    /// A release or reject at the last delivery ends the event at once (contract, decision 11).
    ///
    /// - Returns: ``TokenOutcome/genuine`` if the event was added. A token that comes again is ``TokenOutcome/lost``.
    public mutating func beginSettling(
        _ token: LockToken, into settlement: inout Settlement, now: UInt64
    ) -> TokenOutcome {
        let (outcome, chunk, place, slot) = find(token, now)
        guard let chunk else { return outcome }
        move(chunk, place, to: slot.moved(to: .settling), by: .beginSettling)
        settlement.append(
            token.sequence, deliveryCount: slot.deliveryCount, maxDeliveryCount: settings.maxDeliveryCount)
        return .genuine
    }

    /// Takes the settlement's events to where it says, now that the log has it. Idempotent.
    ///
    /// - Returns: how many events became available.
    @discardableResult
    public mutating func finish(_ settlement: Settlement, now: UInt64) -> Int {
        let time = milliseconds(advance(now))
        var madeAvailable = 0
        for run in settlement.runs {
            if let reason = run.reason {
                settle(run, reason, from: settlement.state)
            } else if let reason = run.deadLetterReason {
                beginDeadLettering(run, reason)
            } else if settlement.due <= time {
                madeAvailable += makeAvailable(run)
            } else {
                delay(run, until: settlement.due)
            }
        }
        window.advanceFloor()
        return madeAvailable
    }

    /// Takes the settlement's events back into their locks, because the log could not be written (R35): the old deadline and the
    /// old token hold. Where the lock ran out meanwhile, the event is available; after its last delivery the next receive drops it
    /// instead of handing it out. What waited for its dead-letter copy waits for another one.
    ///
    /// - Returns: how many events became available to be handed out.
    @discardableResult
    public mutating func rollBack(_ settlement: Settlement, now: UInt64) -> Int {
        guard settlement.state == .settling else {
            for run in settlement.runs {
                forEach(settlement.state, run) { index, chunk, place, _ in
                    index.pending.append(chunk.first + UInt64(place))
                }
            }
            return 0
        }
        let time = milliseconds(advance(now))
        let mayHold = settlement.mayHoldLocks(at: time)
        var madeAvailable = 0
        for run in settlement.runs {
            forEach(.settling, run) { index, chunk, place, slot in
                if mayHold, slot.isDue(after: time) {
                    index.move(chunk, place, to: slot.moved(to: .locked), by: .rollBack)
                } else {
                    index.move(chunk, place, to: slot.moved(to: .available), by: .makeAvailable)
                    index.again.append(chunk.first + UInt64(place))
                    if slot.deliveryCount < index.settings.maxDeliveryCount { madeAvailable += 1 }
                }
            }
        }
        return madeAvailable
    }

    /// Extends a lock to one lock duration from now. The same token stays valid. O(1).
    ///
    /// - Returns: ``TokenOutcome/lost`` also when the delivery began more than an hour ago (contract, decision 10).
    public mutating func renew(_ token: LockToken, now: UInt64) -> TokenOutcome {
        let (outcome, chunk, place, slot) = find(token, now)
        guard let chunk else { return outcome }
        let now = advance(now)
        let age = UInt32(truncatingIfNeeded: milliseconds(now)) &- token.lockedAt
        guard age <= IndexSettings.renewalMillisecondsMax else { return .lost }
        let deadline = millisecondsRoundedUp(now + settings.lockDurationMilliseconds * 1_000_000)
        let due = UInt32(truncatingIfNeeded: deadline)
        // Renewed within the millisecond of its locking: the ring has that deadline already.
        guard due != slot.due else { return .genuine }
        move(chunk, place, to: slot.moved(to: .locked, due: due), by: .renew)
        remind(token.sequence, 1, at: deadline)
        return .genuine
    }

    /// Visits those slots of a run that are still in the state: retention may have settled some meanwhile.
    @inline(__always)
    mutating func forEach(
        _ state: SlotState, _ run: SettlementRun, _ body: (inout SubscriptionIndex, SlotChunk, Int, Slot) -> Void
    ) {
        var sequence = max(run.first, window.floor)
        while sequence < run.end {
            let end = min(run.end, (SlotChunk.number(of: sequence) + 1) << 12)
            if let chunk = window.chunk(at: sequence) {
                var place = SlotChunk.index(of: sequence)
                let last = place + Int(end - sequence)
                let settled = counts[.settled]
                while place < last {
                    let slot = chunk[place]
                    if slot.state == state { body(&self, chunk, place, slot) }
                    place += 1
                }
                window.countSettled(in: chunk, counts[.settled] - settled)
            }
            sequence = end
        }
    }

    private mutating func settle(_ run: SettlementRun, _ reason: SettleReason, from state: SlotState) {
        let transition = state == .settling ? Transition.settle : .finishDeadLettering
        forEach(state, run) { index, chunk, place, slot in
            index.move(chunk, place, to: slot.settled(reason), by: transition)
        }
    }

    private mutating func makeAvailable(_ run: SettlementRun) -> Int {
        var count = 0
        let due = UInt32(truncatingIfNeeded: milliseconds(latest))
        forEach(.settling, run) { index, chunk, place, slot in
            index.move(chunk, place, to: slot.moved(to: .available, due: due), by: .makeAvailable)
            index.again.append(chunk.first + UInt64(place))
            count += 1
        }
        return count
    }

    private mutating func delay(_ run: SettlementRun, until deadline: UInt64) {
        let due = UInt32(truncatingIfNeeded: deadline)
        forEach(.settling, run) { index, chunk, place, slot in
            index.move(chunk, place, to: slot.moved(to: .delayed, due: due), by: .delay)
        }
        // One entry for the whole run: it does not act on slots that retention settled meanwhile.
        remind(run.first, run.count, at: deadline)
    }
}
