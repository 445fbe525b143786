/// The eight bytes of one event in one event subscription (FORMAT.md section 3).
///
/// A value: to change a slot is to store another one, which ``Transition`` allows or traps on.
struct Slot: Hashable, Sendable {
    /// The delivery count stays here once reached.
    static let deliveryCountMax = 2_047

    /// As they lie in the file.
    var bits: UInt64

    /// A slot never looked at.
    static let untouched = Slot(bits: 0)

    init(bits: UInt64) {
        self.bits = bits
    }

    @inline(__always)
    var state: SlotState {
        SlotState(rawValue: UInt8(truncatingIfNeeded: bits & 7)) ?? .invalid
    }

    /// Means something in state `settled` only.
    var reason: SettleReason {
        SettleReason(rawValue: UInt8(truncatingIfNeeded: bits >> 3 & 3)) ?? .acknowledged
    }

    /// How many times the event was handed out, at most ``deliveryCountMax``.
    @inline(__always)
    var deliveryCount: Int {
        Int(bits >> 5 & 0x7FF)
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

    /// Whether the due time lies after `milliseconds`, both being within 24 days of each other.
    @inline(__always)
    func isDue(after milliseconds: UInt64) -> Bool {
        Int32(truncatingIfNeeded: due &- UInt32(truncatingIfNeeded: milliseconds)) > 0
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
        Slot(bits: bits & ~(0x7FF << 5) | UInt64(min(deliveryCount, Self.deliveryCountMax)) << 5)
    }

    /// Settled, for the reason.
    @inline(__always)
    func settled(_ reason: SettleReason) -> Slot {
        Slot(bits: bits & ~0x1F | UInt64(SlotState.settled.rawValue) | UInt64(reason.rawValue) << 3)
    }
}
