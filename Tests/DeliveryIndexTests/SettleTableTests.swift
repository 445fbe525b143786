@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

/// Every state of a slot × every operation × every token × every moment × every end of the settlement (R26): what the
/// token is good for, what becomes of the slot, and that no other slot is touched.
@Suite struct SettleTableTests {
    private static let states = SlotState.allCases.filter { $0 != .invalid }

    /// Of a slot that is not locked, of a lock that is over, and of what is no token of it.
    @Test(.tags(.r26, .r29, .r30), arguments: states, SettleRow.Operation.allCases)
    func anyOtherTokenDoesNothing(state: SlotState, operation: SettleRow.Operation) throws {
        for moment in SettleRow.Moment.allCases {
            for isLast in [false, true] {
                // They leave all slots as they are, so one store does for all of them.
                let store = try store(isLast, moment)
                for token in SettleRow.Token.allCases {
                    let row = SettleRow(
                        state: state, isLast: isLast, operation: operation, token: token, moment: moment,
                        ending: .finished)
                    if !row.isGenuine { check(nothingComesOf: row, store) }
                }
                #expect(store.harness.index.audit() == [], "\(state), \(operation), \(moment)")
            }
        }
    }

    private func check(nothingComesOf row: SettleRow, _ store: SlotsOfEveryState) {
        let before = store.slots
        #expect(store.states == SlotsOfEveryState.all.map(row.atTheMoment), "\(row): before it")
        let (settlement, outcomes) = operate(row, store)
        #expect(outcomes == row.outcomes, "\(row): outcomes")
        #expect(settlement.isEmpty, "\(row): what is logged")
        #expect(store.slots == before, "\(row): while it is settling")
        store.harness.index.finish(settlement, now: store.harness.now)
        #expect(store.slots == before, "\(row): finished")
        store.harness.index.rollBack(settlement, now: store.harness.now)
        #expect(store.slots == before, "\(row): rolled back")
    }

    @Test(.tags(.r26, .r29, .r35), arguments: SettleRow.Operation.allCases, [false, true])
    func theTokenOfTheRunningLockMovesItsSlotAndNoOther(operation: SettleRow.Operation, isLast: Bool) throws {
        var count = 0
        for token in SettleRow.Token.allCases {
            for moment in SettleRow.Moment.allCases {
                for ending in operation.settles ? SettleRow.Ending.allCases : [.finished] {
                    let row = SettleRow(
                        state: .locked, isLast: isLast, operation: operation, token: token, moment: moment,
                        ending: ending)
                    guard row.isGenuine else { continue }
                    try check(row)
                    count += 1
                }
            }
        }
        // Once and twice; the millisecond before the deadline, with and without a look at it.
        #expect(count == 2 * 2 * (operation.settles ? SettleRow.Ending.allCases.count : 1))
    }

    private func store(_ isLast: Bool, _ moment: SettleRow.Moment) throws -> SlotsOfEveryState {
        let store = try SlotsOfEveryState(isLast: isLast)
        store.harness.clock.advance(by: .milliseconds(60_000 + moment.milliseconds))
        if moment.isSwept { store.harness.expire() }
        return store
    }

    private func check(_ row: SettleRow) throws {
        let store = try store(row.isLast, row.moment)
        let harness = store.harness
        let before = store.slots
        let (settlement, outcomes) = operate(row, store)
        #expect(outcomes == row.outcomes, "\(row): outcomes")
        #expect(store.state(of: .locked) == row.whileSettling, "\(row): while it is settling")
        #expect(store.others(of: .locked, store.slots) == store.others(of: .locked, before), "\(row): others")
        #expect(harness.index.audit() == [], "\(row)")
        guard row.operation.settles else { return checkLock(row, store, before) }
        #expect(settlement.count == 1, "\(row): what is logged")

        harness.clock.advance(by: .milliseconds(row.ending.milliseconds))
        if row.ending.isFinish {
            harness.index.finish(settlement, now: harness.now)
        } else {
            harness.index.rollBack(settlement, now: harness.now)
        }
        #expect(store.state(of: .locked) == row.atTheEnd, "\(row): at the end")
        #expect(store.others(of: .locked, store.slots) == store.others(of: .locked, before), "\(row): others")
        if let reason = row.reason { #expect(store.slot(of: .locked)?.reason == reason, "\(row): reason") }
        checkDelivery(row, store, before)
        #expect(harness.index.audit() == [], "\(row): at the end")
    }

    private func operate(_ row: SettleRow, _ store: SlotsOfEveryState) -> (Settlement, [TokenOutcome]) {
        let token = store.token(row.token, for: row.state)
        let tokens = row.token == .twice ? [token, token] : [token]
        let harness = store.harness
        func release(_ milliseconds: Int) -> SettleOperation {
            .release(delayMilliseconds: UInt64(milliseconds), wallTime: harness.clock.wallTime)
        }
        switch row.operation {
        case .check: return (store.nothing, tokens.map { harness.index.check($0, now: harness.now) })
        case .renew: return (store.nothing, tokens.map { harness.index.renew($0, now: harness.now) })
        case .acknowledge: return harness.begin(.acknowledge, tokens)
        case .reject: return harness.begin(.reject, tokens)
        case .release: return harness.begin(release(0), tokens)
        case .releaseWithDelay: return harness.begin(release(SettleRow.delayMilliseconds), tokens)
        }
    }

    /// A look changes nothing, a renewal nothing but the deadline: one lock duration from now.
    private func checkLock(_ row: SettleRow, _ store: SlotsOfEveryState, _ before: [Slot?]) {
        guard row.operation == .renew else { return #expect(store.slots == before, "\(row): nothing is changed") }
        checkDelivery(row, store, before)
        let harness = store.harness
        let token = store.token(.genuine, for: .locked)
        harness.clock.advance(by: .milliseconds(59_999))
        harness.expire()
        #expect(harness.index.check(token, now: harness.now) == .genuine, "\(row): renewed")
        harness.clock.advance(by: .milliseconds(1))
        #expect(harness.index.check(token, now: harness.now) == .lost, "\(row): renewed for longer")
    }

    /// Nothing but a receive counts a delivery, or makes another token good. What was taken back is as it was.
    private func checkDelivery(_ row: SettleRow, _ store: SlotsOfEveryState, _ before: [Slot?]) {
        let old = before[store.place(of: .locked)]
        let new = store.slot(of: .locked)
        #expect(new?.deliveryCount == old?.deliveryCount, "\(row): delivery count")
        #expect(new?.generation == old?.generation, "\(row): generation")
        if row.atTheEnd == .locked, row.operation.settles { #expect(new == old, "\(row): as it was") }
    }

    // MARK: - Without a token

    /// A receive takes what is available and what was never looked at, and nothing else; it drops what had its last
    /// delivery.
    @Test(.tags(.r26, .r29, .r32), arguments: SettleRow.Moment.allCases, [false, true])
    func aReceiveTakesWhatIsAvailableAndNothingElse(moment: SettleRow.Moment, isLast: Bool) throws {
        for match in [MatchResult.deliver, .filtered, .expired, .stop] {
            let store = try SlotsOfEveryState(isLast: isLast)
            store.harness.clock.advance(by: .milliseconds(60_000 + moment.milliseconds))
            if moment.isSwept { store.harness.expire() }
            let before = store.slots
            let row = SettleRow(
                state: .untouched, isLast: isLast, operation: .check, token: .genuine, moment: moment, ending: .finished
            )
            let expected = SlotsOfEveryState.all.map { Self.received(row.atTheMoment($0), match, isLast) }
            _ = try store.receiveAll(match)
            let name = "\(moment), \(match), last \(isLast)"
            #expect(store.states == expected, "\(name)")
            for (place, state) in store.states.enumerated() where state == .locked && before[place]?.state != .locked {
                let old = before[place]
                #expect(store.slots[place]?.deliveryCount == (old?.deliveryCount ?? 0) + 1, "\(name)")
                #expect(store.slots[place]?.generation == (old?.generation ?? 0) + 1, "\(name)")
            }
            #expect(store.harness.index.audit() == [], "\(name)")
        }
    }

    /// What a receive makes of a slot; a drop is under way.
    private static func received(_ state: SlotState, _ match: MatchResult, _ isLast: Bool) -> SlotState {
        switch (state, match) {
        case (.available, _): isLast ? .settling : .locked
        case (.untouched, .deliver): .locked
        case (.untouched, .filtered), (.untouched, .expired): .settled
        default: state
        }
    }

    /// However long it waited: what was dropped is never handed out, never locked for good, and dropped again.
    ///
    /// The last moment is a whole turn of 32 bits after the event became available, but for half a minute.
    @Test(.tags(.r31, .r35), arguments: SettleRow.Moment.allCases.map { 60_000 + $0.milliseconds } + [1 << 32 - 30_000])
    func aDropThatWasNotLoggedIsAvailableAgainAndDroppedByTheNextReceive(moment: Int) throws {
        let store = try SlotsOfEveryState(isLast: true)
        let harness = store.harness
        harness.clock.advance(by: .milliseconds(moment))
        _ = try store.receiveAll(.stop)
        let drops = try #require(harness.takeDrops())
        harness.index.rollBack(drops, now: harness.now)
        #expect(store.state(of: .available) == .available, "\(moment)")
        #expect(harness.index.audit() == [], "\(moment)")
        #expect(try store.receiveAll(.stop) == 0)
        #expect(harness.takeDrops()?.count == drops.count, "\(moment)")
    }
}
