import DeliveryIndex
import EventLog
import Storage

extension EventSubscription {
    /// Events in one look, at most.
    public static let peekedEventsMax = 100
    /// Sequences that one look at the index goes through, and the bytes of the events it returns, at most; one event is returned in
    /// any case.
    private static let lookedAtMax = 16_384
    private static let peekedBytesMax = 8 << 20

    /// Shows events that are not settled, in the order of their sequences. Locks nothing, counts nothing, wakes nobody.
    ///
    /// O(sequences looked at), a bounded number at each call: go on with ``PeekedEvents/next``, which may be set though no event was
    /// found. What happens meanwhile may or may not show.
    ///
    /// - Parameters:
    ///   - state: events in this state only; `nil` for all.
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
        let tail = context.log.tail
        let (filter, standings, end) = look(for: state, from: max(first, context.log.firstSequence), tail: tail)
        var peeked = PeekedEvents()
        peeked.next = end < tail ? end : nil
        do throws(LogError) {
            try show(standings, filter, limit, in: &peeked)
        } catch {
            throw GridlogError(error)
        }
        return peeked
    }

    /// What the index knows, under its lock; the filter is asked outside.
    private func look(
        for state: PeekedEvents.State?, from first: UInt64, tail: UInt64
    ) -> (EventFilter, [EventStanding], end: UInt64) {
        let now = context.clock.bootTime
        let lapsedBelow = lapsedBelow ?? 0
        return self.state.withLock { subscription in
            var standings: [EventStanding] = []
            let end = subscription.index.look(
                at: first..<max(first, tail), lapsedBelow: lapsedBelow, now: now, limit: Self.lookedAtMax
            ) { standing in
                if let found = PeekedEvents.State(standing.state), state ?? found == found {
                    standings.append(standing)
                }
                return true
            }
            return (subscription.filter, standings, end)
        }
    }

    private func show(
        _ standings: [EventStanding], _ filter: EventFilter, _ limit: Int, in peeked: inout PeekedEvents
    ) throws(LogError) {
        var frame: LogFrame?
        var scratch: [UInt8] = []
        var bytes = 0
        for standing in standings {
            guard peeked.events.count < limit, bytes < Self.peekedBytesMax else {
                peeked.next = standing.sequence
                return
            }
            // What was given up meanwhile is settled.
            guard let found = try LogFrame.holding(standing.sequence, after: frame, in: context.log) else { continue }
            frame = found
            if standing.state == .untouched {
                guard let matches = filter.matches(standing.sequence, in: found, &scratch) else {
                    throw found.unreadable(standing.sequence)
                }
                if !matches { continue }
            }
            guard let event = event(standing, in: found) else { throw found.unreadable(standing.sequence) }
            bytes += event.json.count
            peeked.events.append(event)
        }
    }

    private func event(_ standing: EventStanding, in frame: LogFrame) -> PeekedEvents.Event? {
        let payload = frame.payload
        let index = Int(standing.sequence - frame.firstSequence)
        guard let range = EventRecords.range(of: index, in: payload, count: frame.recordCount),
            let state = PeekedEvents.State(standing.state)
        else { return nil }
        let until = standing.until.map { context.clock.wallTime + ($0 - min($0, context.clock.bootTime)) }
        return PeekedEvents.Event(
            sequence: standing.sequence, state: state, deliveryCount: standing.deliveryCount,
            publishedAt: frame.appendTime, until: until, json: payload.extracting(range).array())
    }
}

extension PeekedEvents.State {
    /// `nil` for what is settled.
    fileprivate init?(_ state: SlotState) {
        switch state {
        case .untouched, .available: self = .available
        case .locked, .settling: self = .locked
        case .delayed: self = .delayed
        case .settled, .deadLetterPending, .invalid: return nil
        }
    }
}
