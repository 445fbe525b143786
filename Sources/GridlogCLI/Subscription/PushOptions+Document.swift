import Gridlog

extension PushOptions {
    /// The members of `push` that were named.
    var members: [String] {
        var members: [String] = []
        if let retrySchedule { members.append("\"retrySchedule\":\(JSONText.quoting(retrySchedule.rawValue))") }
        if !signingSecret.isEmpty {
            members.append("\"signingSecrets\":[\(signingSecret.map(JSONText.quoting).joined(separator: ","))]")
        }
        let webhook = webhook
        if !webhook.isEmpty {
            members.append(
                "\"destination\":{\"endpointType\":\"WebHook\",\"properties\":{\(webhook.joined(separator: ","))}}")
        }
        return members
    }

    private var webhook: [String] {
        var members: [String] = []
        if let push { members.append("\"endpointUrl\":\(JSONText.quoting(push))") }
        if let maxEventsPerBatch { members.append("\"maxEventsPerBatch\":\(maxEventsPerBatch)") }
        if let preferredBatchKilobytes {
            members.append("\"preferredBatchSizeInKilobytes\":\(preferredBatchKilobytes)")
        }
        let attributes =
            deliveryAttribute.map { Self.fixed($0, isSecret: false) }
            + secretDeliveryAttribute.map { Self.fixed($0, isSecret: true) }
            + dynamicDeliveryAttribute.map(Self.field)
        if !attributes.isEmpty {
            members.append("\"deliveryAttributeMappings\":[\(attributes.joined(separator: ","))]")
        }
        return members
    }

    private static func fixed(_ pair: String, isSecret: Bool) -> String {
        attribute(pair, "Static") { "\"value\":\($0),\"isSecret\":\(isSecret)" }
    }

    private static func field(_ pair: String) -> String {
        attribute(pair, "Dynamic") { "\"sourceField\":\($0)" }
    }

    private static func attribute(_ pair: String, _ type: String, _ properties: (String) -> String) -> String {
        let name = JSONText.quoting(String(pair.prefix { $0 != "=" }))
        let value = JSONText.quoting(String(pair.drop { $0 != "=" }.dropFirst()))
        return "{\"name\":\(name),\"type\":\"\(type)\",\"properties\":{\(properties(value))}}"
    }
}
