/// The eight bytes of one event in one event subscription (FORMAT.md section 3).
///
/// A value: to change a slot is to store another one, which ``Transition`` allows or traps on.
struct Slot: Hashable, Sendable {
    /// The delivery count stays here once reached.
    static let deliveryCountMax = 1_023

    /// As they lie in the file, but for the parity bit, which is 0 here.
    var bits: UInt64

    /// A slot never looked at.
    static let untouched = Slot(bits: 0)

    init(bits: UInt64) {
        self.bits = bits
    }

    /// Reads what lies in the file. - Returns: `nil` when a bit of it was flipped.
    init?(checking stored: UInt64) {
        guard Self.parity(stored) == 0 else { return nil }
        self.init(stored: stored)
    }

    /// Reads what lies in the file, which was checked when it was opened.
    @inline(__always)
    init(stored: UInt64) {
        bits = stored & ~Self.parityBit
    }

    /// To be stored: with the parity bit, an even number of bits is set.
    @inline(__always)
    var stored: UInt64 {
        Self.parity(bits) == 0 ? bits : bits | Self.parityBit
    }

    private static let parityBit: UInt64 = 1 << 15

    /// 1 if an odd number of bits is set.
    @inline(__always)
    private static func parity(_ bits: UInt64) -> UInt64 {
        var folded = bits ^ bits >> 32
        folded ^= folded >> 16
        folded ^= folded >> 8
        folded ^= folded >> 4
        // The parities of 0 to 15, one bit each.
        return 0x6996 >> (folded & 15) & 1
    }

    @inline(__always)
    var state: SlotState {
        SlotState(lowestBits: bits)
    }

    /// Means something in state `settled` only.
    var reason: SettleReason {
        SettleReason(rawValue: UInt8(truncatingIfNeeded: bits >> 3 & 3)) ?? .acknowledged
    }

    /// Means something in state `deadLetterPending` only.
    var deadLetterReason: DeadLetterReason? {
        DeadLetterReason(rawValue: UInt8(truncatingIfNeeded: bits >> 3 & 3))
    }

    /// How many times the event was handed out, at most ``deliveryCountMax``.
    @inline(__always)
    var deliveryCount: Int {
        Int(bits >> 5 & 0x3FF)
    }

    /// Distinguishes the deliveries of one event.
    @inline(__always)
    var generation: UInt16 {
        UInt16(truncatingIfNeeded: bits >> 16)
    }

    /// Low 32 bits of a boot time in milliseconds.
    @inline(__always)
    var due: UInt32 {
        UInt32(truncatingIfNeeded: bits >> 32)
    }

    /// Whether the due time lies after `milliseconds`.
    ///
    /// Its 32 bits come again after 49.7 days. None lies further ahead than ``IndexSettings/aheadMillisecondsMax``, so
    /// one that seems to has passed. Only what passed 49.7 days ago, to within those 13.3 hours, looks as if it were
    /// still to come.
    @inline(__always)
    func isDue(after milliseconds: UInt64) -> Bool {
        let ahead = due &- UInt32(truncatingIfNeeded: milliseconds)
        return ahead > 0 && ahead <= UInt32(IndexSettings.aheadMillisecondsMax)
    }

    /// The next delivery: one more in count and generation, so no earlier token fits it.
    @inline(__always)
    func locked(until due: UInt32) -> Slot {
        let count = UInt64(min(deliveryCount + 1, Self.deliveryCountMax))
        let next = UInt64(generation &+ 1)
        return Slot(bits: UInt64(SlotState.locked.rawValue) | count << 5 | next << 16 | UInt64(due) << 32)
    }

    /// The same delivery in another state; count, generation and due stay.
    @inline(__always)
    func moved(to state: SlotState) -> Slot {
        Slot(bits: bits & ~0x1F | UInt64(state.rawValue))
    }

    /// The same delivery in another state, with another due time.
    @inline(__always)
    func moved(to state: SlotState, due: UInt32) -> Slot {
        Slot(bits: bits & 0xFFFF_FFE0 | UInt64(state.rawValue) | UInt64(due) << 32)
    }

    /// The same slot with another delivery count.
    func counting(_ deliveryCount: Int) -> Slot {
        Slot(bits: bits & ~(0x3FF << 5) | UInt64(min(deliveryCount, Self.deliveryCountMax)) << 5)
    }

    /// Waits for its dead-letter copy since a boot time, of which the low 32 bits in milliseconds are kept.
    func deadLettering(_ reason: DeadLetterReason, ended: UInt32) -> Slot {
        let slot = moved(to: .deadLetterPending, due: ended)
        return Slot(bits: slot.bits | UInt64(reason.rawValue) << 3)
    }

    /// Settled, for the reason.
    @inline(__always)
    func settled(_ reason: SettleReason) -> Slot {
        Slot(bits: bits & ~0x1F | UInt64(SlotState.settled.rawValue) | UInt64(reason.rawValue) << 3)
    }
}
