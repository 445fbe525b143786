/// Every legal move of a slot, as a table: from which states, to which.
///
/// All changes of a chunk go through ``SlotChunk/move(_:to:by:)``, which traps on any other, in release builds too.
enum Transition: UInt8, CaseIterable, Sendable {
    /// Handed out to a receiver.
    case lock
    /// The lock lasts longer; the delivery stays the same.
    case renew
    /// The lock ran out.
    case expireLock
    /// The delay is over.
    case comeDue
    /// An answer for the delivery is on its way to the log; or its last delivery, or its time to live, ended.
    case beginSettling
    /// The log has the answer.
    case settle
    /// The log has the release, or the answer was lost and the lock ran out meanwhile.
    case makeAvailable
    /// The log has the release with a delay.
    case delay
    /// The answer did not reach the log and the lock still runs.
    case rollBack
    /// The filter refused it, or its time to live was over before it was ever handed out.
    case passOver
    /// Retention takes its segment away.
    case retire
    /// The log has why it cannot be delivered; a copy goes to the dead-letter destination.
    case beginDeadLettering
    /// The destination has the copy.
    case finishDeadLettering
    /// Recovery: the log says it is settled.
    case replaySettled
    /// Recovery: the log says it may be received again.
    case replayAvailable
    /// Recovery: the log says it is delayed.
    case replayDelayed
    /// Recovery: the log says that it waits for its dead-letter copy.
    case replayPending
    /// Recovery: the log ends before it.
    case forget

    /// The states it may start from, one bit each, and the state it leads to.
    @inline(__always)
    private var row: (from: UInt8, to: SlotState) {
        switch self {
        case .lock: (0b0000_0011, .locked)
        case .renew: (0b0000_0100, .locked)
        case .expireLock: (0b0000_0100, .available)
        case .comeDue: (0b0000_1000, .available)
        case .beginSettling: (0b0000_0111, .settling)
        case .settle: (0b0001_0000, .settled)
        case .makeAvailable: (0b0001_0000, .available)
        case .delay: (0b0001_0000, .delayed)
        case .rollBack: (0b0001_0000, .locked)
        case .passOver: (0b0000_0001, .settled)
        case .retire: (0b0101_1111, .settled)
        case .beginDeadLettering: (0b0001_0000, .deadLetterPending)
        case .finishDeadLettering: (0b0100_0000, .settled)
        case .replaySettled: (0b0101_1111, .settled)
        case .replayAvailable: (0b0001_1011, .available)
        case .replayDelayed: (0b0001_1011, .delayed)
        case .replayPending: (0b0101_1111, .deadLetterPending)
        case .forget: (0b0111_1111, .untouched)
        }
    }

    /// The state it leads to.
    @inline(__always)
    var target: SlotState { row.to }

    /// Whether it may start from the state.
    @inline(__always)
    func allows(_ state: SlotState) -> Bool {
        row.from >> state.rawValue & 1 == 1
    }
}
