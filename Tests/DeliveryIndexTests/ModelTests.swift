@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

/// Random operations, kills and power cuts, against ``IndexModel``.
@Suite struct ModelTests {
    @Test(.tags(.r25, .r21, .r26, .r29, .r31, .r40), arguments: 0..<16 as Range<UInt64>)
    func indexDoesWhatTheModelDoes(seed: UInt64) throws {
        var run = try ModelRun(seed: seed)
        for step in 0..<200 {
            try run.step()
            if step % 4 == 3 { try run.compare("seed \(seed), step \(step)") }
        }
    }
}

private struct ModelRun {
    let harness: IndexHarness
    var model: IndexModel
    var random: SeededRandom
    var held: [IndexHarness.Held] = []
    /// Settlements under way, with the end of the delay they ask for.
    var underWay: [(settlement: Settlement, tokens: [LockToken], until: UInt64?)] = []

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        let maxDeliveryCount = random.chance(1, in: 2) ? 3 : 10
        harness = try IndexHarness(lockSeconds: 60, maxDeliveryCount: maxDeliveryCount)
        model = IndexModel(maxDeliveryCount: maxDeliveryCount, lockMilliseconds: 60_000)
    }

    var now: UInt64 { harness.clock.wallTime / 1_000_000 }

    mutating func step() throws {
        switch random.next(upperBound: UInt64(24)) {
        case 0..<4: publish()
        case 4..<11: try receive()
        case 11..<15: begin()
        case 15..<18: end()
        case 18: renew()
        case 19, 20: advance()
        case 21: retireOrCheckpoint()
        case 22: try kill()
        default: if random.chance(1, in: 2) { try powerCut() }
        }
    }

    private mutating func publish() {
        // Sometimes a lot, so that chunks are made and freed.
        model.tail += random.chance(1, in: 12) ? 5_000 : random.next(upperBound: UInt64(60))
        harness.tail = model.tail
    }

    private mutating func receive() throws {
        harness.expire()
        model.expire(now)
        // Events of a last delivery that wait are dropped when their turn comes.
        let limit = random.chance(1, in: 6) ? 5_000 : Int(random.next(upperBound: UInt64(40)))
        let received = try harness.receive(limit)
        for one in received {
            let event = model.events[one.sequence]
            #expect(event == nil || event?.state == .available, "\(one.sequence) was \(String(describing: event))")
            #expect(one.deliveryCount == (event?.deliveryCount ?? 0) + 1)
            model.lock(one, now)
        }
        for (sequence, event) in model.events
        where event.state == .available && event.deliveryCount >= model.maxDeliveryCount
            && harness.state(sequence) == .settled
        {
            model.events[sequence]?.state = .settled
        }
        if received.count < limit { #expect(model.waiting == 0) }
        held = Array((held + received).suffix(12_000))
    }

    private mutating func begin() {
        guard !held.isEmpty else { return }
        model.expire(now)
        harness.expire()
        let start = Int.random(in: held.indices, using: &random)
        let length = random.chance(1, in: 5) ? 5_000 : Int(random.next(upperBound: UInt64(30)))
        let part = held[start..<min(held.count, start + length)].map(\.token)
        let delay = [0, 10_000, 60_000, 600_000].randomElement(using: &random) ?? 0
        let (answer, until): (SettleOperation, UInt64?) =
            switch random.next(upperBound: UInt64(4)) {
            case 0, 1: (.acknowledge, nil)
            case 2: (.reject, nil)
            default: (.release(delayMilliseconds: UInt64(delay), wallTime: harness.clock.wallTime), now + UInt64(delay))
            }
        let expected = part.map { model.holds($0, epoch: harness.index.epoch) }
        let (settlement, outcomes) = harness.begin(answer, part)
        #expect(outcomes.map { $0 == .genuine } == expected)
        let taken = zip(part, outcomes).filter { $0.1 == .genuine }.map(\.0)
        for token in taken { model.begin(token) }
        underWay.append((settlement, taken, until))
    }

    private mutating func end() {
        guard let index = underWay.indices.randomElement(using: &random) else { return }
        let (settlement, tokens, until) = underWay.remove(at: index)
        if random.chance(1, in: 4) {
            harness.index.rollBack(settlement, now: harness.now)
            for token in tokens { model.rollBack(token, now) }
        } else {
            if !settlement.isEmpty { harness.append(settlement) }
            harness.index.finish(settlement, now: harness.now)
            for token in tokens { model.finish(token, releasedUntil: until, now) }
        }
    }

    private mutating func renew() {
        guard let one = held.randomElement(using: &random) else { return }
        model.expire(now)
        harness.expire()
        let age = UInt32(truncatingIfNeeded: harness.now / 1_000_000) &- one.token.lockedAt
        let expected = model.holds(one.token, epoch: harness.index.epoch) && age <= 3_600_000
        #expect((harness.renew(one) == .genuine) == expected)
        if expected { model.renew(one.token, now) }
    }

    private mutating func advance() {
        harness.clock.advance(by: .milliseconds(Int(random.next(upperBound: UInt64(40_000)))))
    }

    private mutating func retireOrCheckpoint() {
        if random.chance(1, in: 4) {
            let sequence = (random.next(upperBound: model.tail) + 1) / 2
            harness.index.retire(below: sequence)
            model.retire(below: sequence)
            // What retention took away is in no settlement: the checkpoint of a roll tells of it.
        }
        harness.takeCheckpoint()
    }

    private mutating func kill() throws {
        underWay = []
        model.kill(now)
        try harness.kill()
        model.expire(now)
        #expect(harness.origin == .reused)
    }

    private mutating func powerCut() throws {
        underWay = []
        model.powerCut(now)
        harness.disk.writeBackSome()
        try harness.powerCut(.seeded(random.next()))
    }

    /// Invariant 3: every event is in exactly the state of the model.
    mutating func compare(_ comment: Comment) throws {
        model.expire(now)
        harness.expire()
        let faults = harness.index.audit()
        try #require(faults == [], comment)
        for sequence in 1..<model.tail {
            let expected: SlotState =
                switch model.events[sequence]?.state {
                case nil: .untouched
                case .available: .available
                case .locked: .locked
                case .delayed: .delayed
                case .settling: .settling
                case .settled: .settled
                }
            let state = harness.state(sequence)
            if state != expected { try #require(state == expected, "\(comment), event \(sequence)") }
        }
    }
}
