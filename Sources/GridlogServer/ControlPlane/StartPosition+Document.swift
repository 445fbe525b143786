import CloudEvents
import Gridlog

/// `properties.startAt` of an event subscription: `"now"`, `"earliest"`, the sequence of an event, or a time (RFC 3339).
extension StartPosition {
    /// - Returns: nil when it was not sent.
    init?(document: JSONMember) throws(ErrorAnswer) {
        switch document.value {
        case nil: return nil
        case .integer(let sequence) where sequence >= 1: self = .sequence(UInt64(sequence))
        case .string("now"): self = .now
        case .string("earliest"): self = .earliest
        case .string(let text):
            guard let time = Timestamp.nanosecondsSince1970(text) else { throw Self.refusal(document) }
            self = .time(time)
        default: throw Self.refusal(document)
        }
    }

    private static func refusal(_ member: JSONMember) -> ErrorAnswer {
        member.refusal("must be 'now', 'earliest', a sequence from 1, or a time such as 2026-01-31T09:00:00Z")
    }

    var document: JSONValue {
        switch self {
        case .now: .string("now")
        case .earliest: .string("earliest")
        case .sequence(let sequence): .integer(Int(clamping: sequence))
        case .time(let time): .string(Timestamp.text(nanosecondsSince1970: time))
        }
    }
}
