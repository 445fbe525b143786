import ArgumentParser
import Gridlog

/// The settings of a queue event subscription that the command line can name.
struct SubscriptionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Seconds that a received event is locked for its receiver, 1 to 300.", valueName: "s"))
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

    func validate() throws {
        try Checks.range("--lock-duration", lockDuration, SubscriptionSettings.lockSeconds)
        try Checks.range("--max-delivery-count", maxDeliveryCount, SubscriptionSettings.deliveryCounts)
    }

    /// No setting was named.
    var isEmpty: Bool { lockDuration == nil && maxDeliveryCount == nil && timeToLive == nil && eventType.isEmpty }

    /// The body of a PUT or PATCH, with the settings that were named.
    ///
    /// - Parameters:
    ///   - clearsEventTypes: `null` for the event types, with which a PATCH takes the default: all of them.
    ///   - startAt: where a new event subscription begins: a word, a sequence or a time.
    func document(clearsEventTypes: Bool = false, startAt: String? = nil) -> JSONText {
        var queue: [String] = []
        if let lockDuration { queue.append("\"receiveLockDurationInSeconds\":\(lockDuration)") }
        if let maxDeliveryCount { queue.append("\"maxDeliveryCount\":\(maxDeliveryCount)") }
        if let timeToLive { queue.append("\"eventTimeToLive\":\(JSONText.quoting(timeToLive))") }
        var properties = [
            "\"deliveryConfiguration\":{\"deliveryMode\":\"Queue\",\"queue\":{\(queue.joined(separator: ","))}}",
            "\"eventDeliverySchema\":\"CloudEventSchemaV1_0\"",
        ]
        if let startAt {
            properties.append("\"startAt\":\(UInt64(startAt).map(String.init) ?? JSONText.quoting(startAt))")
        }
        if clearsEventTypes {
            properties.append("\"filtersConfiguration\":{\"includedEventTypes\":null}")
        } else if !eventType.isEmpty {
            let types = eventType.map(JSONText.quoting).joined(separator: ",")
            properties.append("\"filtersConfiguration\":{\"includedEventTypes\":[\(types)]}")
        }
        return JSONText("{\"properties\":{\(properties.joined(separator: ","))}}")
    }

    /// A row an event subscription.
    static func table(of subscriptions: [JSONText]) -> Table {
        var table = Table(header: ["NAME", "MODE", "LOCK", "MAX DELIVERIES", "TIME TO LIVE", "STATE", "EVENT TYPES"])
        for subscription in subscriptions {
            let properties = subscription["properties"]
            let delivery = properties?["deliveryConfiguration"]
            let queue = delivery?["queue"]
            let types = properties?["filtersConfiguration"]?["includedEventTypes"]?.elements.map(\.display) ?? []
            table.add([
                subscription["name"]?.display ?? "", delivery?["deliveryMode"]?.display ?? "",
                queue?["receiveLockDurationInSeconds"].map { $0.display + " s" } ?? "",
                queue?["maxDeliveryCount"]?.display ?? "", queue?["eventTimeToLive"]?.display ?? "",
                properties?["provisioningState"]?.display ?? "", types.isEmpty ? "all" : types.joined(separator: ", "),
            ])
        }
        return table
    }
}
