import DeliveryIndex

/// What an index must do, as a plain dictionary. Times are wall milliseconds.
struct IndexModel {
    enum State: Equatable {
        case available
        case locked(generation: UInt16, until: UInt64)
        case delayed(until: UInt64)
        case settling(generation: UInt16, until: UInt64)
        case settled
    }

    struct Event: Equatable {
        var state: State
        var deliveryCount: Int
    }

    /// Every event that was handed out at least once, or passed over.
    var events: [UInt64: Event] = [:]
    var tail: UInt64 = 1
    var retired: UInt64 = 1
    let maxDeliveryCount: Int
    let lockMilliseconds: UInt64

    /// How many could be received now.
    var waiting: Int {
        events.values.count { $0.state == .available } + Int(tail - 1) - events.count
    }

    mutating func expire(_ now: UInt64) {
        for (sequence, event) in events {
            switch event.state {
            case .locked(_, let until) where until <= now:
                events[sequence]?.state = event.deliveryCount >= maxDeliveryCount ? .settled : .available
            case .delayed(let until) where until <= now:
                events[sequence]?.state = .available
            default: break
            }
        }
    }

    mutating func lock(_ held: IndexHarness.Held, _ now: UInt64) {
        events[held.sequence] = Event(
            state: .locked(generation: held.token.generation, until: now + lockMilliseconds),
            deliveryCount: held.deliveryCount)
    }

    func holds(_ token: LockToken, epoch: UInt32) -> Bool {
        guard token.epoch == epoch, case .locked(token.generation, _)? = events[token.sequence]?.state else {
            return false
        }
        return true
    }

    mutating func renew(_ token: LockToken, _ now: UInt64) {
        events[token.sequence]?.state = .locked(generation: token.generation, until: now + lockMilliseconds)
    }

    mutating func begin(_ token: LockToken) {
        guard case .locked(let generation, let until)? = events[token.sequence]?.state else { return }
        events[token.sequence]?.state = .settling(generation: generation, until: until)
    }

    mutating func rollBack(_ token: LockToken, _ now: UInt64) {
        guard case .settling(let generation, let until)? = events[token.sequence]?.state else { return }
        events[token.sequence]?.state = until > now ? .locked(generation: generation, until: until) : .available
    }

    mutating func finish(_ token: LockToken, releasedUntil until: UInt64?, _ now: UInt64) {
        guard let event = events[token.sequence], case .settling = event.state else { return }
        if let until, event.deliveryCount < maxDeliveryCount {
            events[token.sequence]?.state = until > now ? .delayed(until: until) : .available
        } else {
            events[token.sequence]?.state = .settled
        }
    }

    mutating func retire(below sequence: UInt64) {
        for retired in retired..<max(retired, sequence) { events[retired] = Event(state: .settled, deliveryCount: 0) }
        retired = max(retired, sequence)
    }

    /// The process was killed: settlements that were not logged are taken back.
    mutating func kill(_ now: UInt64) {
        for (sequence, event) in events {
            guard case .settling(let generation, let until) = event.state else { continue }
            events[sequence]?.state = until > now ? .locked(generation: generation, until: until) : .available
        }
    }

    /// The power failed: locks are forgotten, delays are rounded up by a millisecond.
    mutating func powerCut(_ now: UInt64) {
        for (sequence, event) in events {
            switch event.state {
            case .locked, .settling: events[sequence]?.state = .available
            case .delayed(let until): events[sequence]?.state = until > now ? .delayed(until: until + 1) : .available
            default: break
            }
        }
    }
}
