import ArgumentParser
import DeliveryIndex

/// Where an event that is not settled stands, by its name on the command line.
enum StateName: String, ExpressibleByArgument, CaseIterable, Encodable {
    case available, locked, delayed, deadLetterPending, notReached

    /// `nil` for what is settled.
    init?(_ state: SlotState) {
        switch state {
        case .available: self = .available
        case .locked, .settling: self = .locked
        case .delayed: self = .delayed
        case .deadLetterPending: self = .deadLetterPending
        case .untouched: self = .notReached
        case .settled, .invalid: return nil
        }
    }
}
