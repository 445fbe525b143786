/// What a broker has answered, and so what must be true of it from now on.
/// Times are boot times in milliseconds, but for those that say "wall": ns since 1970.
struct BrokerModel {
    var topics: [String: Topic] = [:]
    struct Event {
        let id: Int, type: String, json: [UInt8]
        /// The wall time of its appending: one, unless there is doubt.
        var appended: ClosedRange<UInt64> = 0...0
        /// At some moment no subscription needed it; one that is made later may not find it.
        var mayBeGone = false
    }
    /// Events that were published together, and the wall time before which they were not appended.
    struct Request { let number: Int, events: [Event]; var earliest: UInt64 }

    /// A topic: every event in the order of its sequences, from 1.
    struct Topic {
        let id: UInt64
        var isWritten: Bool, retention: UInt64, events: [Event] = []
        /// The newest of them, which a power cut may still take; and since when there are answers that it may take.
        var unsynced: [Request] = [], unsyncedSince: UInt64?
        /// Queued and not answered; what a crash leaves of them is a prefix, in whole requests.
        var pending: [Request] = []
        var subscriptions: [String: Subscription] = [:]
        /// The latest wall time that a frame of the log may bear: appending never goes back.
        var latest: UInt64 = 0
        /// Events up to the first are past the retention, those up to the second may be.
        var expired: ClosedRange<UInt64> = 0...0

        mutating func published(_ number: Int, wall: UInt64) throws(Contradiction) {
            try insist(pending.first?.number == number, "publish \(number) was answered before an earlier one")
            pending[0].earliest = wall
            unsynced.append(pending[0])
            appendFirst()
        }

        private mutating func appendFirst() {
            let (request, first) = (pending.removeFirst(), events.count)
            let earliest = max(request.earliest, events.last?.appended.lowerBound ?? 0)
            events += request.events
            for position in first..<events.count { events[position].appended = earliest...max(latest, earliest) }
        }

        /// The retention was enforced. What it took does not come back before the broker is opened again.
        mutating func expire(wall: UInt64, isSure: Bool = true) {
            let cutoff = wall - retention
            let surely = isSure ? UInt64(events.prefix { $0.appended.upperBound < cutoff }.count) : 0
            let maybe = UInt64(events.prefix { $0.appended.lowerBound < cutoff }.count)
            expired = max(expired.lowerBound, surely)...max(expired.upperBound, maybe)
            for name in subscriptions.keys { subscriptions[name]?.expired = expired }
        }

        /// Before a subscription comes or goes: what all have settled may be gone. Without any, everything stays.
        mutating func noteWhatMayBeGone() {
            for (position, event) in events.enumerated() where !subscriptions.isEmpty && !event.mayBeGone {
                let isNeeded = subscriptions.values.contains { $0.surelyNeeds(UInt64(position + 1), event) }
                events[position].mayBeGone = !isNeeded
            }
        }

        /// Everything that was answered is on the disk; with delivery counts only if they found room.
        mutating func synced(withCounts: Bool) {
            (unsynced, unsyncedSince) = ([], nil)
            for name in subscriptions.keys { subscriptions[name]?.synced(withCounts: withCounts) }
        }

        /// The power fails: what was answered and not synced may be gone.
        mutating func powerCut() {
            events.removeLast(unsynced.reduce(0) { $0 + $1.events.count })
            (pending, unsynced) = (unsynced + pending, [])
        }

        /// It was opened again and holds events up to the tail: whole requests, in their order, and now on the disk.
        mutating func reopened(tail: UInt64, wall: UInt64) throws(Contradiction) {
            while events.count < tail - 1, !pending.isEmpty { appendFirst() }
            try insist(events.count == tail - 1, "it ends before \(tail), whole requests before \(events.count + 1)")
            (pending, unsynced, unsyncedSince) = ([], [], nil)
            for name in subscriptions.keys { subscriptions[name]?.reopened(tail: tail) }
            // What was past the retention is again, unless the wall clock says something else now.
            expired = 0...min(expired.upperBound, tail - 1)
            expire(wall: wall)
        }
    }

    struct Subscription {
        var id: UInt32 = 0, lockMilliseconds: UInt64 = 0, maxDeliveryCount: Int
        /// The first sequence that it is about, and the topic's next one when it was made; what passes from where on.
        var start: UInt64, madeAt: UInt64, filters: [(from: UInt64, types: Set<String>?)] = []
        /// Events that something has happened to; and those of them that may be otherwise on the disk.
        var slots: [UInt64: [World]] = [:], unsynced: Set<UInt64> = []
        /// Those past the retention, as of the topic; and others that may be gone or filtered until handed out.
        var expired: ClosedRange<UInt64>, unpromised: Set<UInt64> = []

        func matches(_ sequence: UInt64, _ event: Event) -> Bool {
            let filter = filters.last { $0.from <= sequence } ?? filters.first
            return sequence >= start && filter?.types?.contains(event.type) ?? true
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
            filters = filters.map { (min($0.from, tail), $0.types) }
            slots = slots.filter { $0.key < tail }.mapValues { $0.map { $0.now.token == nil ? $0.synced : $0 } }
            unsynced.removeAll()
        }
    }

    /// An event of a subscription, if this is how it is: in doubt there are several. A request without an answer and a
    /// crash make more of them; what is seen leaves those that agree, and where none is left the broker was wrong.
    struct World: Equatable {
        var now = State()
        /// What a power cut may leave: every state since the last that is surely on the disk.
        var onDisk = [State()]
        /// The settle request without an answer that holds it, and what that makes of it; when a delay surely is over.
        var request: Int?, next = State(), delayEnd = UInt64.max

        func isAvailable(_ time: UInt64) -> Bool { !now.isSettled && request == nil && now.due.lowerBound <= time }
        func accepts(_ token: IssuedToken, _ time: UInt64) -> Bool {
            now.token == token && request == nil && time < now.due.lowerBound
        }
        func moved(to state: State) -> World { World(now: state, onDisk: onDisk + [state]) }
        var synced: World { World(now: now, onDisk: [now], request: request, next: next, delayEnd: delayEnd) }
        /// The process is killed: a request without an answer had no effect, or all of it.
        func killed(at time: UInt64, drift: UInt64) -> [World] {
            let done = moved(to: next.recovered(at: time, rebootedAt: time, drift: drift))
            return request == nil ? [self] : [World(now: now, onDisk: onDisk), done]
        }
        /// The index is made again of what the disk has.
        func rebuilt(at time: UInt64, rebootedAt boot: UInt64, drift: UInt64) -> [World] {
            let states = onDisk.map { $0.recovered(at: time, rebootedAt: boot, drift: drift) }
            return states.map { World(now: $0, onDisk: [$0], delayEnd: boot + 3_600_020) }
        }
    }

    struct State: Equatable {
        var isSettled = false, count = 0
        /// The end of a lock or a delay: it is not handed out before the first, and can be from the second on.
        var due: ClosedRange<UInt64> = 0...0
        /// What settles it while its lock runs.
        var token: IssuedToken?
        /// Of a lock nothing is left; a delay goes on in wall time, whose clock was set by `drift` meanwhile.
        func recovered(at time: UInt64, rebootedAt boot: UInt64, drift: UInt64) -> State {
            func left(_ due: UInt64) -> UInt64 { due > time ? boot + (due - time) : 0 }
            guard token == nil, due.upperBound > 0 else { return State(isSettled: isSettled, count: count) }
            let first = left(due.lowerBound - min(drift, due.lowerBound))
            return State(isSettled: isSettled, count: count, due: first...left(due.upperBound + drift) + 20)
        }
    }
}
