import DeliveryIndex
import EventLog
import Storage

extension EventSubscription {
    /// Events in one receive request, at most.
    public static let receivedEventsMax = 100

    /// Locks up to `maxEvents` events and hands them out; those available again before new ones, with a share for the new.
    ///
    /// Returns at once, with as many as there are. When there are none and a waiter is given, the waiter waits: it is woken by the
    /// next event, release or expiry. O(events handed out); a filter adds its work for each event that it looks at, a bounded
    /// number at each call (``ReceivedEvents/isIncomplete``); a time to live O(log events).
    ///
    /// - Parameter maxEvents: 1 to ``receivedEventsMax``.
    public func receive(
        maxEvents: Int, orWait waiter: (any ReceiveWaiter)? = nil
    ) throws(GridlogError) -> ReceivedEvents {
        guard (1...Self.receivedEventsMax).contains(maxEvents) else {
            throw GridlogError(
                .invalidArgument, "maxEvents is \(maxEvents); it must be from 1 to \(Self.receivedEventsMax).")
        }
        guard !isPush else {
            throw GridlogError(
                .conflict, "The event subscription '\(name)' pushes its events to an endpoint; they cannot be received."
            )
        }
        return try receiveAny(maxEvents: maxEvents, orWait: waiter)
    }

    /// The same in any delivery mode.
    func receiveAny(
        maxEvents: Int, orWait waiter: (any ReceiveWaiter)?
    ) throws(GridlogError) -> ReceivedEvents {
        while true {
            try context.checkDamage()
            let tail = context.log.tail
            let attempt: Attempt
            do {
                attempt = try take(maxEvents, tail: tail, waiter: waiter)
            } catch {
                // The call that may have brought this receiver here goes to the next one.
                wakeOne()
                throw error
            }
            attempt.finish(self)
            // What was committed after the tail was read woke nobody: look again.
            if attempt.waits, context.log.tail != tail || context.damage != nil, let waiter, stopWaiting(waiter) {
                continue
            }
            return attempt.events
        }
    }

    /// What one look under the lock came to; the rest is done outside.
    private struct Attempt {
        var events: ReceivedEvents
        var waits = false
        var record: FrameBuffer?
        var drops: DeliveryIndex.Settlement?
        var lapses: DeliveryIndex.Settlement?
        var othersMayReceive = false
        /// The next chunk of the index is to be made ahead.
        var lacksChunk = false
        /// The filter met damage.
        var damage: LogError?

        func finish(_ subscription: EventSubscription) {
            if let damage { subscription.context.fence(GridlogError(damage)) }
            if let record { subscription.context.log.appendSettlementsLater(record) }
            if let drops { subscription.log(drops) }
            if let lapses { subscription.log(lapses) }
            if othersMayReceive { subscription.wakeOne() }
            if lacksChunk { subscription.context.housekeeper.prepareChunk(of: subscription) }
        }
    }

    private func take(
        _ maxEvents: Int, tail: UInt64, waiter: (any ReceiveWaiter)?
    ) throws(GridlogError) -> Attempt {
        let lapsedBelow = lapsedBelow ?? 0
        return try state.withLock { state throws(GridlogError) in
            guard !state.isRetired else { throw retired }
            state.index.lapsedBelow = lapsedBelow
            var attempt = Attempt(
                events: ReceivedEvents(context: context, subscription: id, epoch: state.index.epoch))
            let now = context.clock.bootTime
            _ = state.index.expire(now: now)
            let record = FrameBuffer(capacity: 64)
            var matcher = EventMatcher(state.filter, context)
            let end = try passGaps(&state, tail: tail)
            let result = try lockEvents(maxEvents, now, end, record, &state, &matcher, &attempt.events.deliveries)
            let hasMore = result.moreToExamine || matcher.isExhausted || end < tail
            attempt.lacksChunk = state.index.lacksSpare
            attempt.events.lockedAt = result.lockedAt
            attempt.drops = state.index.takeDrops()
            attempt.lapses = state.index.takeLapses()
            attempt.damage = matcher.damage
            if record.count > 0 { attempt.record = record }
            if result.delivered > 0 {
                // A wake that came late may have brought it here while it waited again.
                if let waiter, state.waiters.leave(waiter) { forgetWaiting(&state) }
                attempt.othersMayReceive = !state.waiters.isEmpty && (result.delivered == maxEvents || hasMore)
            } else if hasMore {
                attempt.events.isIncomplete = true
            } else if let waiter {
                state.waiters.join(waiter)
                context.await(self)
                attempt.waits = true
            }
            if !state.waiters.isEmpty { arm(&state) }
            return attempt
        }
    }

    private func lockEvents(
        _ maxEvents: Int, _ now: UInt64, _ tail: UInt64, _ record: FrameBuffer, _ state: inout State,
        _ matcher: inout EventMatcher, _ deliveries: inout [Delivery]
    ) throws(GridlogError) -> ReceiveResult {
        deliveries.reserveCapacity(maxEvents)
        return try GridlogError.converting { () throws(StorageError) in
            try record.withBlock { block throws(StorageError) in
                guard !state.filter.passesAll(from: state.index.cursor) else {
                    return try state.index.receive(
                        limit: maxEvents, now: now, tail: tail, into: &deliveries, recordingTo: block)
                }
                return try state.index.receive(
                    limit: maxEvents, now: now, tail: tail, into: &deliveries, recordingTo: block
                ) { matcher.match($0) }
            }
        }
    }

    /// Moves the cursor over events that the log gave up, at its beginning or in the middle.
    ///
    /// - Returns: how far this receive may look: up to the next such gap, or the tail.
    private func passGaps(_ state: inout State, tail: UInt64) throws(GridlogError) -> UInt64 {
        let first = context.log.firstSequence
        if state.index.cursor < first {
            try GridlogError.converting { () throws(StorageError) in try state.index.passGap(to: first) }
        }
        while let gap = context.log.gap(atOrAfter: state.index.cursor), gap.lowerBound < tail {
            guard gap.lowerBound <= state.index.cursor else { return gap.lowerBound }
            try GridlogError.converting { () throws(StorageError) in try state.index.passGap(to: gap.upperBound) }
        }
        return tail
    }

    // MARK: - Waiting

    /// Ends a wait. A waiter that was woken in the meantime passes the call on to the next one.
    ///
    /// - Returns: whether it was still waiting.
    @discardableResult
    public func stopWaiting(_ waiter: any ReceiveWaiter) -> Bool {
        let wasWaiting = state.withLock { state in
            let wasWaiting = state.waiters.leave(waiter)
            forgetWaiting(&state)
            return wasWaiting
        }
        if !wasWaiting { wakeOne() }
        return wasWaiting
    }

    /// Wakes the one who has waited longest.
    func wakeOne() {
        let waiter = state.withLock { state in
            let waiter = state.waiters.next()
            forgetWaiting(&state)
            return waiter
        }
        waiter?.wake()
    }

    /// Wakes everybody who waits.
    func wakeAll() {
        let waiters = state.withLock { state in
            let waiters = state.waiters.removeAll()
            forgetWaiting(&state)
            return waiters
        }
        for waiter in waiters { waiter.wake() }
    }

    /// Commits need not look at the subscription when nobody waits. Under the same lock as joining, so that neither overtakes.
    private func forgetWaiting(_ state: inout State) {
        if state.waiters.isEmpty { context.stopAwaiting(self) }
    }

    /// Whether somebody waits for what became available. To be asked after every operation that may have let locks end.
    func hasWorkForWaiter(_ state: borrowing State) -> Bool {
        !state.waiters.isEmpty && state.index.availableCount > 0
    }

    /// Has the timers call when the next lock or delay ends, unless they will call earlier anyway.
    func arm(_ state: inout State) {
        guard let deadline = state.index.nextDeadline(), deadline < state.armed ?? .max else { return }
        state.armed = deadline
        context.timers.schedule(self, at: deadline)
    }

    /// A lock or a delay that somebody waits for may have ended.
    ///
    /// - Parameter deadline: what the timers were armed with; an older one is passed over.
    func deadlineDidPass(_ deadline: UInt64) {
        let (drops, mustWake) = state.withLock { state in
            guard state.armed == deadline, !state.isRetired else { return (DeliveryIndex.Settlement?.none, false) }
            state.armed = nil
            let expired = state.index.expire(now: context.clock.bootTime)
            if !state.waiters.isEmpty { arm(&state) }
            return (state.index.takeDrops(), hasWorkForWaiter(state) || expired.moreDue)
        }
        if let drops { log(drops) }
        if mustWake { wakeOne() }
    }
}
