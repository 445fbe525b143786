@testable import DeliveryIndex

/// One row of the table of settling: a slot, a token that may mean it, what is asked for, when, and how it ends.
///
/// What must come of it is said here by rules of its own, which know nothing of generations, rings or 32-bit times.
struct SettleRow: CustomStringConvertible {
    enum Operation: CaseIterable {
        case check, acknowledge, reject, release, releaseWithDelay, renew

        var settles: Bool { self != .check && self != .renew }
    }

    /// The token that is sent, compared to the one of the slot's only genuine delivery.
    enum Token: CaseIterable {
        case genuine, earlierDelivery, laterDelivery, otherSubscription, otherIncarnation, otherEpoch
        case belowTheFloor, atTheCursor, inAnotherChunk, theLastThereIs
        case twice
    }

    /// The time of the operation, compared to the lock's deadline. From `sweptBefore` on, deadlines were looked at
    /// first, as the broker does before every operation; without that a slot's 32 bits of time are good for 24 days
    /// only.
    enum Moment: CaseIterable {
        case before, at, after, sweptBefore, sweptAt, sweptAfter
        /// 25 days: more than half of what 32 bits of milliseconds hold.
        case longAfter
        /// So long that the lowest 32 bits of the time are again those of half a minute before the deadline.
        case aWholeTurnAfter

        var isSwept: Bool {
            switch self {
            case .before, .at, .after: false
            default: true
            }
        }

        var isBeforeTheDeadline: Bool { self == .before || self == .sweptBefore }
        var isDaysLater: Bool { self == .longAfter || self == .aWholeTurnAfter }

        /// Milliseconds from the deadline on.
        var milliseconds: Int {
            switch self {
            case .before, .sweptBefore: -1
            case .at, .sweptAt: 0
            case .after, .sweptAfter: 1
            case .longAfter: 25 * 86_400_000
            case .aWholeTurnAfter: 1 << 32 - 30_000
            }
        }
    }

    /// What the log says to the settlement, and how much later.
    enum Ending: CaseIterable {
        case finished, rolledBack, finishedAnHourLater, rolledBackAnHourLater
        case finishedDaysLater, rolledBackDaysLater

        var isFinish: Bool { self == .finished || self == .finishedAnHourLater || self == .finishedDaysLater }

        var milliseconds: Int {
            switch self {
            case .finished, .rolledBack: 0
            case .finishedAnHourLater, .rolledBackAnHourLater: 3_600_000
            case .finishedDaysLater, .rolledBackDaysLater: 25 * 86_400_000
            }
        }
    }

    var state: SlotState
    /// The delivery that was made is the last one that the settings allow.
    var isLast: Bool
    var operation: Operation
    var token: Token
    var moment: Moment
    var ending: Ending

    var description: String {
        "\(state)\(isLast ? " at the last delivery" : ""), \(operation), token \(token), \(moment), \(ending)"
    }

    static let delayMilliseconds = 10_000

    /// What a slot is at the moment of the operation: where deadlines were looked at, those that passed had their
    /// effect.
    func atTheMoment(_ state: SlotState) -> SlotState {
        guard moment.isSwept else { return state }
        switch state {
        case .locked where !moment.isBeforeTheDeadline: return isLast ? .settled : .available
        case .delayed where moment.isDaysLater: return .available
        default: return state
        }
    }

    var isGenuine: Bool {
        state == .locked && moment.isBeforeTheDeadline && (token == .genuine || token == .twice)
    }

    var outcomes: [TokenOutcome] {
        switch token {
        case .otherSubscription, .otherIncarnation: [.badToken]
        // After a renewal, and after a look, it is as good as before.
        case .twice: isGenuine ? [.genuine, operation.settles ? .lost : .genuine] : [.lost, .lost]
        default: [isGenuine ? .genuine : .lost]
        }
    }

    var whileSettling: SlotState { isGenuine && operation.settles ? .settling : atTheMoment(state) }

    var atTheEnd: SlotState {
        guard isGenuine, operation.settles else { return atTheMoment(state) }
        // A millisecond was left of the lock.
        guard ending.isFinish else { return ending.milliseconds == 0 ? .locked : .available }
        switch operation {
        case .release where !isLast: return .available
        case .releaseWithDelay where !isLast:
            return ending.milliseconds < Self.delayMilliseconds ? .delayed : .available
        default: return .settled
        }
    }

    /// Of what it settled; `nil` where it did not settle.
    var reason: SettleReason? {
        guard isGenuine, operation.settles, atTheEnd == .settled else { return nil }
        return operation == .acknowledge ? .acknowledged : .rejected
    }
}
