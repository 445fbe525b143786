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
        var properties = #"{"deadletterreason":"\#(reason)","deliveryattempts":\#(attempts),"#
        properties +=
            #""deliveryresult":"\#(result)","publishutc":"\#(Timestamp.text(nanosecondsSince1970: publishedAt))","#
        if let attemptedAt {
            properties += #""deliveryattemptutc":"\#(Timestamp.text(nanosecondsSince1970: attemptedAt))","#
        }
        properties += #""deadletterutc":"\#(Timestamp.text(nanosecondsSince1970: copiedAt))"}"#
        DeadLetterFile.append(properties: Array(properties.utf8), custom: Array("{}".utf8), event: event, to: &json)
    }
}
