extension BrokerModel {
    struct Subscription {
        var id: UInt32 = 0, lockMilliseconds: UInt64 = 0, maxDeliveryCount: Int
        /// The first sequence that it is about, and the topic's next one when it was made; what passes from where on.
        var start: UInt64, madeAt: UInt64, filters: [(from: UInt64, types: Set<String>?)] = []
        /// Events that something has happened to; and those of them that may be otherwise on the disk.
        var slots: [UInt64: [World]] = [:], unsynced: Set<UInt64> = []
        /// In nanoseconds; and whether what cannot be delivered is copied, now, and ever since it was made.
        var timeToLive: UInt64?, deadLetters = false, alwaysDeadLetters = false
        /// Events that somebody tried to acknowledge; and up to where events may have gone without a copy.
        var mayBeAcknowledged: Set<UInt64> = [], mayBeGone: UInt64 = 0
        /// Those past the retention, as of the topic; and others that may be gone or filtered until handed out.
        var expired: ClosedRange<UInt64>, unpromised: Set<UInt64> = []

        func matches(_ sequence: UInt64, _ event: Event) -> Bool {
            let filter = filters.last { $0.from <= sequence } ?? filters.first
            return sequence >= start && filter?.types?.contains(event.type) ?? true
        }

        /// Events may be past their time to live, or the retention and the time that copies have: up to where.
        mutating func noteLapses(_ topic: Topic, wall: UInt64) {
            func advance(_ sequence: inout UInt64, by age: UInt64) {
                while sequence < topic.events.count, topic.events[Int(sequence)].appended.lowerBound + age < wall {
                    sequence += 1
                }
            }
            var last = expired.upperBound
            if let age = timeToLive ?? (deadLetters ? topic.retention : nil) { advance(&last, by: age) }
            expired = expired.lowerBound...last
            advance(&mayBeGone, by: topic.retention + 2 * 86_400_000_000_000)
        }

        /// Whether a copy of an event that is settled must be there.
        func needsCopy(_ sequence: UInt64, _ event: Event) -> Bool {
            alwaysDeadLetters && matches(sequence, event) && sequence > mayBeGone && !unpromised.contains(sequence)
                && !mayBeAcknowledged.contains(sequence)
        }

        /// Whether it has not settled an event that it is about, without doubt.
        func surelyNeeds(_ sequence: UInt64, _ event: Event) -> Bool {
            (slots[sequence] ?? []).allSatisfy { !$0.now.isSettled && $0.now.count < maxDeliveryCount }
                && sequence > expired.upperBound && !unpromised.contains(sequence) && matches(sequence, event)
        }

        /// Whether a receive must find it, if nothing else does.
        func isWaiting(_ sequence: UInt64, _ event: Event, _ now: UInt64) -> Bool {
            (slots[sequence] ?? []).allSatisfy { $0.request == nil && min($0.now.due.upperBound, $0.delayEnd) <= now }
                && surelyNeeds(sequence, event)
        }

        /// Something was seen of an event: what each of its worlds is by that, `nil` where it cannot be.
        mutating func saw(_ what: String, _ sequence: UInt64, _ after: (World) -> World?) throws(Contradiction) {
            let worlds = slots[sequence] ?? [World()]
            slots[sequence] = worlds.compactMap(after)
            try insist(slots[sequence] != [], "event \(sequence) \(what), but it is \(worlds)")
        }

        mutating func handedOut(_ event: HandedOut, _ published: Event, _ now: UInt64) throws(Contradiction) {
            let (sequence, count, end) = (event.token.sequence, event.deliveryCount, now + lockMilliseconds)
            let mayCome = matches(sequence, published) && sequence > expired.lowerBound && count <= maxDeliveryCount
            try insist(mayCome, "event \(sequence) came though filtered, past the retention, or \(count) times")
            try saw("was handed out at \(now) with delivery count \(count)", sequence) { world in
                guard world.isAvailable(now), world.now.count + 1 == count else { return nil }
                return world.moved(to: State(count: count, due: end...end, token: event.token))
            }
            unsynced.insert(sequence)
            unpromised.remove(sequence)
        }

        /// A request to settle: what it makes of an event comes with the answer.
        mutating func begin(_ request: Int, _ token: IssuedToken, settles: Bool, due: UInt64, _ now: UInt64) {
            slots[token.sequence] = slots[token.sequence]?.flatMap { world in
                guard world.accepts(token, now), token.sequence > expired.lowerBound else { return [world] }
                let (count, isLast) = (world.now.count, world.now.count >= maxDeliveryCount)
                let next = State(isSettled: settles || isLast, count: count, due: due...due)
                let held = World(now: world.now, onDisk: world.onDisk, request: request, next: next)
                return token.sequence > expired.upperBound ? [held] : [held, world]
            }
        }

        mutating func synced(withCounts: Bool) {
            for sequence in unsynced {
                slots[sequence] = slots[sequence]?.map { withCounts || $0.now.token == nil ? $0.synced : $0 }
            }
            unsynced.removeAll()
        }
        mutating func crashed(_ outcome: (World) -> [World]) {
            slots = slots.mapValues { $0.flatMap(outcome).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
        }

        /// What the log holds is on the disk now; what was past its tail is not.
        mutating func reopened(tail: UInt64) {
            start = min(start, tail)
            // What only the retention took is not known any more.
            (expired, mayBeGone) = (0...min(expired.upperBound, tail - 1), min(mayBeGone, tail - 1))
            filters = filters.map { (min($0.from, tail), $0.types) }
            slots = slots.filter { $0.key < tail }.mapValues { $0.map { $0.now.token == nil ? $0.synced : $0 } }
            unsynced.removeAll()
        }
    }
}
