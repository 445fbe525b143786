import DeliveryIndex
import EventLog
import Storage

extension EventSubscription {
    /// Events in one look, at most.
    public static let peekedEventsMax = 100
    /// Sequences that one call goes through, and bytes of frames that it reads, at most; one frame is read in any case.
    private static let lookedAtMax = 16_384
    private static let readBytesMax = 8 << 20
    /// Sequences that are looked at under one lock.
    private static let stepMax = 1_024

    /// Shows events that are not settled, in the order of their sequences. Locks nothing, counts nothing, wakes nobody.
    ///
    /// O(sequences looked at), a bounded number at each call: go on with ``PeekedEvents/next``, which may be set though no event was
    /// found. What happens meanwhile may or may not show.
    ///
    /// - Parameters:
    ///   - state: events in this state only; `nil` for all that are not settled. With ``PeekedEvents/State/deadLettered`` the call reads
    ///     the dead-letter destination, and blocks.
    ///   - first: the sequence to begin with.
    ///   - limit: 1 to ``peekedEventsMax``.
    public func peek(
        _ state: PeekedEvents.State? = nil, from first: UInt64 = 1, limit: Int = 100
    ) throws(GridlogError) -> PeekedEvents {
        guard (1...Self.peekedEventsMax).contains(limit) else {
            throw GridlogError(
                .invalidArgument, "The number of events is \(limit); it must be from 1 to \(Self.peekedEventsMax).")
        }
        try context.checkDamage()
        if state == .deadLettered { return try peekDeadLetters(from: first, limit: limit) }
        let tail = context.log.tail
        let lapsedBelow = lapsedBelow ?? 0
        var look = Look(limit: limit)
        var next = max(first, context.log.firstSequence)
        let end = min(tail, next.addingReportingOverflow(UInt64(Self.lookedAtMax)).partialValue)
        do throws(LogError) {
            while next < end, !look.isFull {
                let (filter, standings, reached) = stand(in: next..<end, for: state, lapsedBelow)
                next = reached
                if let rest = try show(standings, filter, &look) { next = rest }
            }
        } catch {
            throw GridlogError(error)
        }
        return PeekedEvents(events: look.events, next: next < tail ? next : nil)
    }

    /// What one call has found.
    private struct Look {
        let limit: Int
        var events: [PeekedEvents.Event] = []
        var frame: LogFrame?
        var bytesRead = 0
        var scratch: [UInt8] = []

        init(limit: Int) {
            self.limit = limit
        }

        var isFull: Bool { events.count >= limit || bytesRead >= EventSubscription.readBytesMax }
    }

    /// What the index knows, under its lock; the filter is asked outside.
    private func stand(
        in sequences: Range<UInt64>, for state: PeekedEvents.State?, _ lapsedBelow: UInt64
    ) -> (EventFilter, [EventStanding], end: UInt64) {
        let now = context.clock.bootTime
        return self.state.withLock { subscription in
            var standings: [EventStanding] = []
            let end = subscription.index.look(
                at: sequences, lapsedBelow: lapsedBelow, now: now, limit: Self.stepMax
            ) { standing in
                if let found = PeekedEvents.State(standing.state), state ?? found == found {
                    standings.append(standing)
                }
            }
            return (subscription.filter, standings, end)
        }
    }

    /// - Returns: the first that was not looked at any more; `nil` when all were.
    private func show(
        _ standings: [EventStanding], _ filter: EventFilter, _ look: inout Look
    ) throws(LogError) -> UInt64? {
        for standing in standings {
            if look.isFull { return standing.sequence }
            // What was given up meanwhile is settled.
            guard let found = try LogFrame.holding(standing.sequence, after: look.frame, in: context.log) else {
                continue
            }
            if look.frame?.isSamePlace(as: found) != true { look.bytesRead += found.payload.byteCount }
            look.frame = found
            if standing.state == .untouched {
                guard let matches = filter.matches(standing.sequence, in: found, &look.scratch) else {
                    throw found.unreadable(standing.sequence)
                }
                if !matches { continue }
            }
            look.events.append(try event(standing, in: found))
        }
        return nil
    }

    private func event(_ standing: EventStanding, in frame: LogFrame) throws(LogError) -> PeekedEvents.Event {
        let range = try frame.range(of: standing.sequence)
        guard let state = PeekedEvents.State(standing.state) else { throw frame.unreadable(standing.sequence) }
        let until = standing.until.map { context.clock.wallTime + ($0 - min($0, context.clock.bootTime)) }
        return PeekedEvents.Event(
            sequence: standing.sequence, state: state, deliveryCount: standing.deliveryCount,
            publishedAt: frame.appendTime, until: until, json: frame.payload.extracting(range).array(),
            deadLetterReason: nil)
    }
}

extension PeekedEvents.State {
    /// `nil` for what is settled.
    fileprivate init?(_ state: SlotState) {
        switch state {
        case .untouched, .available: self = .available
        case .locked, .settling: self = .locked
        case .delayed: self = .delayed
        case .deadLetterPending: self = .deadLetterPending
        case .settled, .invalid: return nil
        }
    }
}
