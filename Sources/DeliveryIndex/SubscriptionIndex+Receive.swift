public import Storage

extension SubscriptionIndex {
    /// How many sequences one receive looks at, so that the broker's lock is not held long.
    static let examinedMax = 16_384

    /// Locks events for a receiver where every event matches: those available again first, then new ones from the cursor on; at
    /// every fifth call the other way round, so that neither starves.
    ///
    /// Call ``expire(now:limit:)`` first, and ``takeDrops()`` and ``takeLapses()`` after. O(events handed out).
    ///
    /// - Parameters:
    ///   - limit: how many at most.
    ///   - now: boot time in nanoseconds.
    ///   - tail: the first sequence that is not in the log yet.
    ///   - deliveries: what is handed out is appended here.
    ///   - record: where the settlement group of operation *delivered* is appended, if anything is handed out. It belongs into the
    ///     log with the next group commit, so that delivery counts survive a power cut (R27); nobody waits for it.
    /// - Throws: a ``StorageError`` if a chunk cannot be made and nothing could be handed out. Nothing is lost.
    public mutating func receive(
        limit: Int, now: UInt64, tail: UInt64, into deliveries: inout [Delivery], recordingTo record: ByteBlock? = nil
    ) throws(StorageError) -> ReceiveResult {
        try receive(limit, now, tail, &deliveries, record) { _ in .deliver }
    }

    /// Locks events for a receiver, as ``receive(limit:now:tail:into:recordingTo:)``, of a subscription with a filter or a time to live.
    ///
    /// - Parameter match: asked once for every sequence not looked at before, in order. What it refuses is settled at once and
    ///   without a record: after a recovery it is asked again.
    public mutating func receive(
        limit: Int, now: UInt64, tail: UInt64, into deliveries: inout [Delivery], recordingTo record: ByteBlock? = nil,
        match: (UInt64) -> MatchResult
    ) throws(StorageError) -> ReceiveResult {
        try receive(limit, now, tail, &deliveries, record, match)
    }

    @inline(__always)
    private mutating func receive(
        _ limit: Int, _ now: UInt64, _ tail: UInt64, _ deliveries: inout [Delivery], _ record: ByteBlock?,
        _ match: (UInt64) -> MatchResult
    ) throws(StorageError) -> ReceiveResult {
        precondition(recovery == nil, "the index is not recovered yet")
        let now = advance(now)
        let deadline = millisecondsRoundedUp(now + settings.lockDurationMilliseconds * 1_000_000)
        var result = ReceiveResult()
        result.lockedAt = UInt32(truncatingIfNeeded: milliseconds(now))
        result.lockedUntil = deadline * 1_000_000
        requests &+= 1
        let newFirst = requests % 5 == 0
        let due = UInt32(truncatingIfNeeded: deadline)
        if !newFirst { takeAvailable(limit, due: due, into: &deliveries, &result) }
        var failure: StorageError?
        do throws(StorageError) {
            try takeNew(limit, due: due, tail: tail, into: &deliveries, &result, match)
        } catch {
            failure = error
        }
        if newFirst { takeAvailable(limit, due: due, into: &deliveries, &result) }
        finishReceive(deadline: deadline, record)
        if let failure, result.delivered == 0 { throw failure }
        return result
    }

    /// Puts the locks on a ring and records the deliveries.
    private mutating func finishReceive(deadline: UInt64, _ record: ByteBlock?) {
        guard !delivered.isEmpty else { return }
        for run in delivered.runs { remind(run.first, run.count, at: deadline) }
        if let record { delivered.append(to: record) }
        delivered.removeAll()
    }

    @inline(__always)
    private mutating func lock(
        _ sequence: UInt64, _ chunk: SlotChunk, _ index: Int, _ old: Slot, due: UInt32, _ deliveries: inout [Delivery]
    ) {
        let slot = old.locked(until: due)
        move(chunk, index, to: slot, by: .lock)
        deliveries.append(
            Delivery(
                sequence: sequence, generation: slot.generation,
                deliveryCount: UInt16(truncatingIfNeeded: slot.deliveryCount)))
        delivered.append(sequence, deliveryCount: slot.deliveryCount)
    }

    private mutating func takeAvailable(
        _ limit: Int, due: UInt32, into deliveries: inout [Delivery], _ result: inout ReceiveResult
    ) {
        var examined = 0
        while result.delivered < limit, !again.isEmpty {
            guard examined < Self.examinedMax else {
                result.moreToExamine = true
                return
            }
            examined += 1
            // What retention settled meanwhile is no longer there to be taken.
            guard let sequence = again.popFirst(), let chunk = window.chunk(at: sequence) else { continue }
            let index = SlotChunk.index(of: sequence)
            let old = chunk[index]
            guard old.state == .available else { continue }
            if sequence < lapsedBelow {
                lapse(sequence, chunk, index, old)
            } else if old.deliveryCount >= settings.maxDeliveryCount {
                drop(sequence, chunk, index, old)
            } else {
                lock(sequence, chunk, index, old, due: due, &deliveries)
                result.delivered += 1
            }
        }
    }

    /// Ends an event whose last delivery is over (contract, decision 11).
    mutating func drop(_ sequence: UInt64, _ chunk: SlotChunk, _ index: Int, _ old: Slot) {
        move(chunk, index, to: old.moved(to: .settling), by: .beginSettling)
        drops.append(sequence, settings.operation(endingBy: .deliveryCount), deliveryCount: old.deliveryCount)
    }

    /// What becomes of an event not looked at before.
    private enum Verdict {
        case deliver
        /// Settled without a record.
        case pass(SettleReason)
        /// Past its time to live, and its dead-letter copy is wanted.
        case lapse
        case stop
    }

    @inline(__always)
    private func verdict(_ sequence: UInt64, isMatched: Bool, _ match: (UInt64) -> MatchResult) -> Verdict {
        let isLapsed = sequence < lapsedBelow
        if isLapsed, !settings.hasDeadLetterDestination { return .pass(.expired) }
        switch isMatched ? .deliver : match(sequence) {
        case .deliver: return isLapsed ? .lapse : .deliver
        case .filtered: return .pass(.filtered)
        case .expired: return .pass(.expired)
        case .stop: return .stop
        }
    }

    @inline(__always)
    mutating func takeNew(
        _ limit: Int, due: UInt32, tail: UInt64, into deliveries: inout [Delivery], _ result: inout ReceiveResult,
        _ match: (UInt64) -> MatchResult
    ) throws(StorageError) {
        var examined = 0
        /// The sequence that was found to match before it had a chunk.
        var matched: UInt64?
        while result.delivered < limit, window.cursor < tail {
            guard examined < Self.examinedMax else {
                result.moreToExamine = true
                return
            }
            let start = window.cursor
            if matched != start, window.floor == start, case .untouched = window.entry(at: start) {
                examined += 1
                switch verdict(start, isMatched: false, match) {
                case .deliver, .lapse: matched = start
                case .pass: window.passEmptyWindow(to: start + 1)
                case .stop: return
                }
                continue
            }
            guard let chunk = try window.chunkForWriting(at: start) else {
                examined += 1
                window.moveCursor(to: min(tail, (SlotChunk.number(of: start) + 1) << 12))
                window.advanceFloor()
                continue
            }
            let first = SlotChunk.index(of: start)
            let end = min(first + Self.examinedMax - examined, Int(min(tail, chunk.end) - chunk.first))
            var index = first
            var stopped = false
            while index < end, result.delivered < limit {
                let old = chunk[index]
                if old.state == .untouched {
                    let sequence = chunk.first + UInt64(index)
                    switch verdict(sequence, isMatched: matched == sequence, match) {
                    case .deliver:
                        lock(sequence, chunk, index, old, due: due, &deliveries)
                        result.delivered += 1
                    case .pass(let reason):
                        move(chunk, index, to: old.settled(reason), by: .passOver)
                        chunk.settled += 1
                    case .lapse:
                        lapse(sequence, chunk, index, old)
                    case .stop:
                        stopped = true
                    }
                    if stopped { break }
                }
                index += 1
            }
            examined += index - first
            window.moveCursor(to: chunk.first + UInt64(index))
            window.advanceFloor()
            if stopped { return }
        }
    }
}
