@testable import DeliveryIndex
import Storage
import TestSupport
import Testing

@Suite struct TransitionTests {
    /// The whole table, written down a second time: from which states each move may start, and where it leads.
    static let table: [Transition: (from: Set<SlotState>, to: SlotState)] = [
        .lock: ([.untouched, .available], .locked),
        .renew: ([.locked], .locked),
        .expireLock: ([.locked], .available),
        .comeDue: ([.delayed], .available),
        .beginSettling: ([.untouched, .locked, .available], .settling),
        .settle: ([.settling], .settled),
        .makeAvailable: ([.settling], .available),
        .delay: ([.settling], .delayed),
        .rollBack: ([.settling], .locked),
        .passOver: ([.untouched], .settled),
        .retire: ([.untouched, .available, .locked, .delayed, .settling, .deadLetterPending], .settled),
        .beginDeadLettering: ([.settling], .deadLetterPending),
        .finishDeadLettering: ([.deadLetterPending], .settled),
        .replaySettled: ([.untouched, .available, .locked, .delayed, .settling, .deadLetterPending], .settled),
        .replayAvailable: ([.untouched, .available, .delayed, .settling], .available),
        .replayDelayed: ([.untouched, .available, .delayed, .settling], .delayed),
        .replayPending: (
            [.untouched, .available, .locked, .delayed, .settling, .deadLetterPending], .deadLetterPending
        ),
        .forget: ([.untouched, .available, .locked, .delayed, .settling, .settled, .deadLetterPending], .untouched),
    ]

    @Test func everyMoveFromEveryStateIsAsTheTableSays() {
        for transition in Transition.allCases {
            let row = Self.table[transition]
            #expect(transition.target == row?.to, "\(transition)")
            for state in SlotState.allCases {
                #expect(transition.allows(state) == row?.from.contains(state), "\(transition) from \(state)")
            }
        }
    }

    @Test func onlyRecoveryTakesASettledSlotBackAndNothingTouchesAnInvalidOne() {
        for transition in Transition.allCases {
            #expect(transition.allows(.settled) == (transition == .forget))
            #expect(!transition.allows(.invalid))
        }
    }

    @Test(.tags(.r17)) func zeroIsUntouchedAndNeverSettled() {
        #expect(Slot(bits: 0).state == .untouched)
        #expect(SlotState.settled.rawValue != 0)
    }

    @Test func slotKeepsWhatAMoveDoesNotName() {
        let slot = Slot(bits: 0).locked(until: 7).locked(until: 0xFFFF_FFFF)
        #expect((slot.state, slot.deliveryCount, slot.generation, slot.due) == (.locked, 2, 2, 0xFFFF_FFFF))
        let settled = slot.settled(.filtered)
        #expect((settled.state, settled.reason) == (.settled, .filtered))
        #expect((settled.deliveryCount, settled.generation, settled.due) == (2, 2, 0xFFFF_FFFF))
        #expect(settled.moved(to: .available, due: 3).due == 3)
        #expect(slot.counting(1_023).locked(until: 1).deliveryCount == 1_023)
    }

    @Test func generationWrapsAndNeverEqualsTheOneBefore() {
        var slot = Slot(bits: 0)
        for _ in 0..<70_000 {
            let next = slot.locked(until: 1)
            #expect(next.generation != slot.generation)
            slot = next
        }
        #expect(slot.deliveryCount == 1_023)
    }
}
