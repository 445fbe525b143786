import CloudEvents
import DeliveryIndex

/// An event that cannot be delivered, and what is told of it at the dead-letter destination (contract 3.7).
struct DeadLetterCopy: Sendable {
    let sequence: UInt64
    /// The event as it was published.
    let event: [UInt8]
    /// Why, in Event Grid's words (contract, decision 26).
    let reason: String
    /// How many times it was handed out or pushed.
    let attempts: Int
    /// What came of the last time.
    let result: String
    /// In nanoseconds since 1970.
    let publishedAt: UInt64
    /// When the last attempt ended, in nanoseconds since 1970, if it is known.
    let attemptedAt: UInt64?
    /// When the copy was made, in nanoseconds since 1970.
    let copiedAt: UInt64
}

extension DeadLetterCopy {
    /// - Parameters:
    ///   - lastOutcome: what the endpoint of a push subscription answered last; `nil` in delivery mode `Queue`, or when it is not
    ///     known any more.
    ///   - attemptedAt: nanoseconds since 1970.
    init(
        _ pending: PendingDeadLetter, event: [UInt8], isPush: Bool, lastOutcome: String?, publishedAt: UInt64,
        attemptedAt: UInt64?, copiedAt: UInt64
    ) {
        sequence = pending.sequence
        self.event = event
        attempts = pending.deliveryCount
        self.publishedAt = publishedAt
        self.attemptedAt = attemptedAt
        self.copiedAt = copiedAt
        switch pending.reason {
        case .rejected:
            reason = isPush ? "Undeliverable due to client error." : "Event was rejected."
            result = lastOutcome ?? (isPush ? "Event was refused by the endpoint." : "Event was rejected.")
        case .timeToLive:
            reason = "Time to live was exceeded."
            result = lastOutcome ?? Self.unansweredResult(pending, isPush)
        case .deliveryCount:
            reason = "Maximum delivery attempts was exceeded."
            result = lastOutcome ?? Self.unansweredResult(pending, isPush)
        }
    }

    private static func unansweredResult(_ pending: PendingDeadLetter, _ isPush: Bool) -> String {
        if pending.deliveryCount == 0 { return "Event was not delivered." }
        return isPush ? "Event was not accepted by the endpoint." : "Event was not acknowledged nor rejected."
    }

    /// Appends the object that a file of dead-lettered events holds for it.
    func append(to json: inout [UInt8]) {
        json += #"{"deadLetterProperties":{"deadletterreason":"\#(reason)","deliveryattempts":\#(attempts),"#.utf8
        json +=
            #""deliveryresult":"\#(result)","publishutc":"\#(Timestamp.text(nanosecondsSince1970: publishedAt))","#.utf8
        if let attemptedAt {
            json += #""deliveryattemptutc":"\#(Timestamp.text(nanosecondsSince1970: attemptedAt))","#.utf8
        }
        json += #""deadletterutc":"\#(Timestamp.text(nanosecondsSince1970: copiedAt))"},"#.utf8
        json += #""customDeliveryProperties":{},"event":"#.utf8
        json += event
        json.append(UInt8(ascii: "}"))
    }
}
