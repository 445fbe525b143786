import ArgumentParser
import Gridlog

/// The settings of an event subscription that the command line can name.
struct SubscriptionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Seconds that a received event is locked for its receiver, 1 to 300; not with --push.", valueName: "s"))
    var lockDuration: Int?

    @Option(help: ArgumentHelp("How often an event is delivered at most, 1 to 10.", valueName: "n"))
    var maxDeliveryCount: Int?

    @Option(
        help: ArgumentHelp(
            "How long an event may wait, as an ISO 8601 duration such as P1DT2H, from PT1M to the topic's retention.",
            valueName: "duration"))
    var timeToLive: String?

    @Option(help: ArgumentHelp("Deliver events of this type only; may be given many times.", valueName: "type"))
    var eventType: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Deliver only what passes this filter, such as \
            '{"operatorType":"StringBeginsWith","key":"subject","values":["orders/"]}'; may be given many times.
            """, valueName: "json"))
    var filter: [String] = []

    @Option(
        help: ArgumentHelp(
            "When the event subscription is deleted, such as 2027-01-31T09:00:00Z.", valueName: "time"))
    var expires: String?

    @OptionGroup var push: PushOptions
    @OptionGroup var deadLetter: DeadLetterOptions

    func validate() throws {
        if let wrong = filter.first(where: { !JSONText($0).isObject }) {
            throw ValidationError("--filter must be a JSON object with 'operatorType' and 'key', not '\(wrong)'.")
        }
        if push.push != nil, lockDuration != nil {
            throw ValidationError("--lock-duration is for events that receivers fetch; it cannot go with --push.")
        }
        try Checks.range("--lock-duration", lockDuration, SubscriptionSettings.lockSeconds)
        try Checks.range("--max-delivery-count", maxDeliveryCount, SubscriptionSettings.deliveryCounts)
    }

    /// No setting was named.
    var isEmpty: Bool {
        lockDuration == nil && maxDeliveryCount == nil && timeToLive == nil && eventType.isEmpty && filter.isEmpty
            && expires == nil && push.named.isEmpty && deadLetter.isEmpty
    }

    /// Refuses what was named and makes no sense for an event subscription of that mode.
    func check(for mode: DeliveryMode) throws(CommandFailure) {
        let wrong: String? =
            switch mode {
            // The server says that the mode cannot change.
            case .queue: push.push == nil ? push.named.first : nil
            case .push: lockDuration == nil ? nil : "--lock-duration"
            }
        guard let wrong else { return }
        throw CommandFailure(
            status: .usage, message: "\(wrong) is not for an event subscription with delivery mode \(mode.rawValue)")
    }
}
