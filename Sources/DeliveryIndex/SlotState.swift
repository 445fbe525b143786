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
}
