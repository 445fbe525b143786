import CommandOutput

extension SubscriptionOptions {
    /// A row an event subscription.
    static func table(of subscriptions: [JSONText]) -> Table {
        var table = Table(header: [
            "NAME", "MODE", "LOCK OR ENDPOINT", "MAX DELIVERIES", "TIME TO LIVE", "DEAD LETTER", "STATE", "EVENT TYPES",
            "FILTERS", "EXPIRES",
        ])
        for subscription in subscriptions {
            let properties = subscription["properties"]
            let mode = DeliveryMode(of: subscription)
            let delivery = properties?["deliveryConfiguration"]?[mode.member]
            let selection = properties?["filtersConfiguration"]
            let types = selection?["includedEventTypes"]?.elements.map(\.display) ?? []
            let filters = selection?["filters"]?.elements.map(Self.summary) ?? []
            table.add([
                subscription["name"]?.display ?? "", mode.rawValue, Self.lockOrEndpoint(delivery),
                delivery?["maxDeliveryCount"]?.display ?? "", delivery?["eventTimeToLive"]?.display ?? "",
                Self.deadLetter(delivery), Self.state(properties),
                types.isEmpty ? "all" : types.joined(separator: ", "),
                filters.joined(separator: "; "), properties?["expirationTimeUtc"]?.display ?? "",
            ])
        }
        return table
    }

    private static func lockOrEndpoint(_ delivery: JSONText?) -> String {
        if let lock = delivery?["receiveLockDurationInSeconds"] { return lock.display + " s" }
        return delivery?["destination"]?["properties"]?["endpointBaseUrl"]?.display ?? ""
    }

    /// A path, or the id of a topic; empty when events that cannot be delivered are dropped.
    private static func deadLetter(_ delivery: JSONText?) -> String {
        let destination = delivery?["deadLetterDestinationWithResourceIdentity"]?["deadLetterDestination"]
        let properties = destination?["properties"]
        return (properties?["path"] ?? properties?["resourceId"])?.display ?? ""
    }

    private static func state(_ properties: JSONText?) -> String {
        let state = properties?["provisioningState"]?.display ?? ""
        let reason = properties?["pauseReason"]?.display ?? ""
        return reason.isEmpty ? state : "\(state), paused: \(reason)"
    }

    /// Key, operator and values on one line.
    static func summary(of filter: JSONText) -> String {
        let operand = filter["values"] ?? filter["value"]
        return [filter["key"], filter["operatorType"], operand].compactMap { $0?.display }.filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}
