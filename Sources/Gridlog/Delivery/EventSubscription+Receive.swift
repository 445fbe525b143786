import DeliveryIndex
import EventLog
import Storage

extension EventSubscription {
    /// Events in one receive request, at most.
    public static let receivedEventsMax = 100

    /// Locks up to `maxEvents` events and hands them out; those available again before new ones, with a share for the new.
    ///
    /// Returns at once, with as many as there are. When there are none and a waiter is given, the waiter waits: it is woken by the
    /// next event, release or expiry. O(events handed out); a filter adds O(1) for each event that it looks at, a bounded
    /// number at each call (``ReceivedEvents/isIncomplete``).
    ///
    /// - Parameter maxEvents: 1 to ``receivedEventsMax``.
    public func receive(
        maxEvents: Int, orWait waiter: (any ReceiveWaiter)? = nil
    ) throws(GridlogError) -> ReceivedEvents {
        guard (1...Self.receivedEventsMax).contains(maxEvents) else {
            throw GridlogError(
                .invalidArgument, "maxEvents is \(maxEvents); it must be from 1 to \(Self.receivedEventsMax).")
        }
        while true {
            try context.checkDamage()
            let tail = context.log.tail
            let attempt = try take(maxEvents, tail: tail, waiter: waiter)
            attempt.finish(self)
            // What was committed after the tail was read woke nobody: look again.
            if attempt.waits, context.log.tail != tail, let waiter, stopWaiting(waiter) { continue }
            return attempt.events
        }
    }

    /// What one look under the lock came to; the rest is done outside.
    private struct Attempt {
        var events: ReceivedEvents
        var waits = false
        var record: FrameBuffer?
        var drops: DeliveryIndex.Settlement?
        var othersMayReceive = false

        func finish(_ subscription: EventSubscription) {
            if let record { subscription.context.log.appendSettlementsLater(record) }
            if let drops { subscription.log(drops) }
            if othersMayReceive { subscription.wakeOne() }
        }
    }

    private func take(
        _ maxEvents: Int, tail: UInt64, waiter: (any ReceiveWaiter)?
    ) throws(GridlogError) -> Attempt {
        try state.withLock { state throws(GridlogError) in
            guard !state.isRetired else { throw retired }
            var attempt = Attempt(
                events: ReceivedEvents(context: context, subscription: id, epoch: state.index.epoch))
            let now = context.clock.bootTime
            _ = state.index.expire(now: now)
            let record = FrameBuffer(capacity: 64)
            let result = try lockEvents(maxEvents, now, tail, record, &state, &attempt.events.deliveries)
            attempt.events.lockedAt = result.lockedAt
            attempt.drops = state.index.takeDrops()
            if record.count > 0 { attempt.record = record }
            if result.delivered > 0 {
                attempt.othersMayReceive = !state.waiters.isEmpty && result.delivered == maxEvents
            } else if result.moreToExamine {
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
        _ deliveries: inout [Delivery]
    ) throws(GridlogError) -> ReceiveResult {
        deliveries.reserveCapacity(maxEvents)
        return try GridlogError.converting { () throws(StorageError) in
            try record.withBlock { block throws(StorageError) in
                guard !state.filter.passesAll(from: state.index.cursor) else {
                    return try state.index.receive(
                        limit: maxEvents, now: now, tail: tail, into: &deliveries, recordingTo: block)
                }
                var matcher = EventMatcher(state.filter, context)
                return try state.index.receive(
                    limit: maxEvents, now: now, tail: tail, into: &deliveries, recordingTo: block
                ) { matcher.match($0) }
            }
        }
    }

    // MARK: - Waiting

    /// Ends a wait. A waiter that was woken in the meantime passes the call on to the next one.
    ///
    /// - Returns: whether it was still waiting.
    @discardableResult
    public func stopWaiting(_ waiter: any ReceiveWaiter) -> Bool {
        let (wasWaiting, isEmpty) = state.withLock { ($0.waiters.leave(waiter), $0.waiters.isEmpty) }
        if isEmpty { context.stopAwaiting(self) } else if !wasWaiting { wakeOne() }
        return wasWaiting
    }

    /// Wakes the one who has waited longest.
    func wakeOne() {
        state.withLock { $0.waiters.next() }?.wake()
    }

    /// Wakes everybody who waits.
    func wakeAll() {
        let waiters = state.withLock { $0.waiters.removeAll() }
        context.stopAwaiting(self)
        for waiter in waiters { waiter.wake() }
    }

    /// Has the timers call when the next lock or delay ends, unless they will call earlier anyway.
    func arm(_ state: inout State) {
        guard let deadline = state.index.nextDeadline(), deadline < state.armed ?? .max else { return }
        state.armed = deadline
        context.timers.schedule(self, at: deadline)
    }

    /// A lock or a delay that somebody waits for may have ended.
    func deadlineDidPass() {
        let (drops, mustWake) = state.withLock { state in
            state.armed = nil
            guard !state.isRetired else { return (DeliveryIndex.Settlement?.none, false) }
            let expired = state.index.expire(now: context.clock.bootTime)
            let mustWake = expired.madeAvailable > 0 || expired.moreDue
            if !state.waiters.isEmpty { arm(&state) }
            return (state.index.takeDrops(), mustWake)
        }
        if let drops { log(drops) }
        if mustWake { wakeOne() }
    }
}

/// Asks a subscription's filter about events in the order of the log, one lookup a frame.
private struct EventMatcher {
    private let filter: EventFilter
    private let context: TopicContext
    private var frame: LogFrame?

    init(_ filter: EventFilter, _ context: TopicContext) {
        self.filter = filter
        self.context = context
    }

    mutating func match(_ sequence: UInt64) -> MatchResult {
        do throws(LogError) {
            let found = try LogFrame.holding(sequence, after: frame, in: context.log)
            frame = found
            guard let matches = filter.matches(sequence, in: found) else { throw found.unreadable(sequence) }
            return matches ? .deliver : .filtered
        } catch {
            context.fence(GridlogError(error))
            return .stop
        }
    }
}
