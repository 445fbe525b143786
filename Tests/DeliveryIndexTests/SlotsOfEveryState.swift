@testable import DeliveryIndex

/// An index with one slot in each state, all of the same delivery, the second one, which was made at the same time.
struct SlotsOfEveryState {
    /// In the order of their sequences. The first is never settled, so that the floor stays there; the untouched one is
    /// at the cursor.
    static let all: [SlotState] = [.available, .locked, .delayed, .settling, .settled, .deadLetterPending, .untouched]

    private static let first: UInt64 = 2
    private static let cursor = first + UInt64(all.count - 1)

    let harness: IndexHarness
    private let locked: IndexHarness.Held
    /// A settlement without events.
    let nothing: Settlement

    /// - Parameter isLast: the delivery that was made is the last one.
    init(isLast: Bool) throws {
        harness = try IndexHarness(events: Self.cursor - 1)
        harness.acknowledge(try harness.receive(1))
        harness.release(try harness.receive(10))
        let held = try harness.receive(10)
        guard held.map(\.sequence) == Array(Self.first..<Self.cursor), held.allSatisfy({ $0.deliveryCount == 2 }) else {
            throw RecordFault(message: "the slots are not as the table needs them", offset: 0)
        }
        locked = held[1]
        nothing = harness.begin(.acknowledge, []).settlement
        for (held, state) in zip(held, Self.all) { try Self.put(held, state, harness) }
        // There are some behind the untouched one, so that a token of the cursor's next is no token of the tail.
        harness.tail = Self.cursor + 1
        if isLast { harness.index.settings.maxDeliveryCount = 2 }
    }

    private static func put(_ held: IndexHarness.Held, _ state: SlotState, _ harness: IndexHarness) throws {
        switch state {
        case .available: harness.release([held])
        case .delayed: harness.release([held], seconds: 600)
        case .settling: _ = harness.begin(.acknowledge, [held.token])
        case .settled: harness.acknowledge([held])
        case .deadLetterPending:
            harness.index.settings.hasDeadLetterDestination = true
            harness.reject([held])
            harness.index.settings.hasDeadLetterDestination = false
        case .locked, .untouched, .invalid: break
        }
    }

    func place(of state: SlotState) -> Int { Self.all.firstIndex(of: state) ?? 0 }

    private func sequence(of state: SlotState) -> UInt64 { Self.first + UInt64(place(of: state)) }

    /// What each slot is now, in the order of ``all``.
    var states: [SlotState] { Self.all.map { state(of: $0) } }

    func state(of state: SlotState) -> SlotState { harness.state(sequence(of: state)) }

    /// The slots with all their bits, in the order of ``all``, and some behind them.
    var slots: [Slot?] { (Self.first..<Self.cursor + 4).map { harness.index.window.slot(at: $0) } }

    func slot(of state: SlotState) -> Slot? { harness.index.window.slot(at: sequence(of: state)) }

    /// All slots but the one.
    func others(of state: SlotState, _ slots: [Slot?]) -> [Slot?] {
        var others = slots
        others.remove(at: place(of: state))
        return others
    }

    /// The token of a slot's delivery, changed as the row says. That of an untouched slot was made up.
    func token(_ kind: SettleRow.Token, for state: SlotState) -> LockToken {
        var token = locked.token
        token.sequence = sequence(of: state)
        switch kind {
        case .genuine, .twice: break
        case .earlierDelivery: token.generation -= 1
        case .laterDelivery: token.generation += 1
        case .otherSubscription: token.subscription += 1
        case .otherIncarnation: token.incarnation -= 1
        case .otherEpoch: token.epoch += 1
        case .belowTheFloor: token.sequence = 1
        case .atTheCursor: token.sequence = Self.cursor + 1
        case .inAnotherChunk: token.sequence += 1 << 12
        case .theLastThereIs: token.sequence = .max
        }
        return token
    }

    /// Receives everything that comes, without looking at deadlines first. Drops stay where they are. - Returns: how
    /// many came.
    func receiveAll(_ match: MatchResult) throws -> Int {
        var deliveries: [Delivery] = []
        var result: ReceiveResult
        repeat {
            result = try harness.index.receive(limit: 100, now: harness.now, tail: harness.tail, into: &deliveries) {
                _ in match
            }
        } while result.moreToExamine
        return deliveries.count
    }
}
