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

    func validate() throws {
        if let wrong = filter.first(where: { !JSONText($0).isObject }) {
            throw ValidationError("--filter must be a JSON object with 'operatorType' and 'key', not '\(wrong)'.")
        }
        try Checks.range("--lock-duration", lockDuration, SubscriptionSettings.lockSeconds)
        try Checks.range("--max-delivery-count", maxDeliveryCount, SubscriptionSettings.deliveryCounts)
    }

    /// No setting was named.
    var isEmpty: Bool {
        lockDuration == nil && maxDeliveryCount == nil && timeToLive == nil && eventType.isEmpty && filter.isEmpty
            && expires == nil
    }

    /// The body of a PUT or PATCH, with the settings that were named.
    ///
    /// - Parameters:
    ///   - clearsEventTypes: `null` for the event types, with which a PATCH takes the default: all of them.
    ///   - clearsFilters: the same for the filters.
    ///   - startAt: where a new event subscription begins: a word, a sequence or a time.
    func document(
        clearsEventTypes: Bool = false, clearsFilters: Bool = false, startAt: String? = nil
    ) -> JSONText {
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
        if let expires { properties.append("\"expirationTimeUtc\":\(JSONText.quoting(expires))") }
        var selection: [String] = []
        if clearsEventTypes {
            selection.append("\"includedEventTypes\":null")
        } else if !eventType.isEmpty {
            selection.append("\"includedEventTypes\":[\(eventType.map(JSONText.quoting).joined(separator: ","))]")
        }
        if clearsFilters {
            selection.append("\"filters\":null")
        } else if !filter.isEmpty {
            selection.append("\"filters\":[\(filter.joined(separator: ","))]")
        }
        if !selection.isEmpty {
            properties.append("\"filtersConfiguration\":{\(selection.joined(separator: ","))}")
        }
        return JSONText("{\"properties\":{\(properties.joined(separator: ","))}}")
    }

    /// A row an event subscription.
    static func table(of subscriptions: [JSONText]) -> Table {
        var table = Table(header: [
            "NAME", "MODE", "LOCK", "MAX DELIVERIES", "TIME TO LIVE", "STATE", "EVENT TYPES", "FILTERS", "EXPIRES",
        ])
        for subscription in subscriptions {
            let properties = subscription["properties"]
            let delivery = properties?["deliveryConfiguration"]
            let queue = delivery?["queue"]
            let selection = properties?["filtersConfiguration"]
            let types = selection?["includedEventTypes"]?.elements.map(\.display) ?? []
            let filters = selection?["filters"]?.elements.map(Self.summary) ?? []
            table.add([
                subscription["name"]?.display ?? "", delivery?["deliveryMode"]?.display ?? "",
                queue?["receiveLockDurationInSeconds"].map { $0.display + " s" } ?? "",
                queue?["maxDeliveryCount"]?.display ?? "", queue?["eventTimeToLive"]?.display ?? "",
                properties?["provisioningState"]?.display ?? "", types.isEmpty ? "all" : types.joined(separator: ", "),
                filters.joined(separator: "; "), properties?["expirationTimeUtc"]?.display ?? "",
            ])
        }
        return table
    }

    /// Key, operator and values on one line.
    static func summary(of filter: JSONText) -> String {
        let operand = filter["values"] ?? filter["value"]
        return [filter["key"], filter["operatorType"], operand].compactMap { $0?.display }.filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}
