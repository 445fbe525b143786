/// The state of one event in one event subscription, as it lies in a slot's lowest three bits.
public enum SlotState: UInt8, Sendable, CaseIterable {
    /// Not looked at yet. Zero, so that a page the kernel lost means "look again" and never "settled" (R17).
    case untouched = 0
    /// To be received again, after a release, an expired lock or a recovery.
    case available = 1
    /// Held by a receiver until its due time.
    case locked = 2
    /// Released with a delay; available at its due time.
    case delayed = 3
    /// Its settlement is on the way to the log.
    case settling = 4
    /// Done with, for ever.
    case settled = 5
    /// Waits for its copy to reach the dead-letter destination.
    case deadLetterPending = 6
    /// Never written; found only in a damaged file.
    case invalid = 7

    /// The state in the lowest three bits of a slot: every number is one. As a switch, which the compiler makes nothing of; looking the
    /// raw value up was a call for each slot.
    @inline(__always)
    init(lowestBits bits: UInt64) {
        switch bits & 7 {
        case 0: self = .untouched
        case 1: self = .available
        case 2: self = .locked
        case 3: self = .delayed
        case 4: self = .settling
        case 5: self = .settled
        case 6: self = .deadLetterPending
        default: self = .invalid
        }
    }
}
