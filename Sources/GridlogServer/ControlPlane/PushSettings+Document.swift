import Gridlog

/// `push` of a delivery configuration: a webhook, the only kind of destination (contract 2.2).
extension PushSettings {
    private static let wrappedName = "deliveryWithResourceIdentity"

    /// Reads a webhook and how it is served. The result does not say yet whether the webhook has agreed.
    ///
    /// - Parameter current: the settings of the subscription that is there: for what no answer shows of them.
    init(document push: JSONMember, current: PushSettings?) throws(ErrorAnswer) {
        try push.checkMembers(
            "maxDeliveryCount", "eventTimeToLive", "deadLetterDestinationWithResourceIdentity",
            "deadLetterDestination", "destination", Self.wrappedName, "retrySchedule", "signingSecrets",
            "signingSecretCount")
        let destination = try push.member("destination", orWithin: Self.wrappedName)
        _ = try destination.required(destination.value, "an object with 'endpointType' and 'properties'")
        try destination.checkMembers("endpointType", "properties")
        let type = destination["endpointType"]
        _ = try type.required(type.word("WebHook"), "'WebHook'")
        let webhook = destination["properties"]
        try webhook.checkMembers(
            "endpointUrl", "endpointBaseUrl", "maxEventsPerBatch", "preferredBatchSizeInKilobytes",
            "deliveryAttributeMappings", "azureActiveDirectoryTenantId", "azureActiveDirectoryApplicationIdOrUri")
        for name in ["azureActiveDirectoryTenantId", "azureActiveDirectoryApplicationIdOrUri"] {
            try webhook[name].checkUnset("is not supported; sign requests with 'signingSecrets' instead")
        }
        self.init(endpointURL: try Self.endpointURL(of: webhook, current))
        maxEventsPerBatch = try webhook["maxEventsPerBatch"].integer()
        preferredBatchKilobytes = try webhook["preferredBatchSizeInKilobytes"].integer()
        if let word = try push["retrySchedule"].word(RetrySchedule.namespace.rawValue, RetrySchedule.basic.rawValue) {
            retrySchedule = RetrySchedule(rawValue: word) ?? retrySchedule
        }
        // Secrets stay with the endpoint that they were made for.
        let kept = current.flatMap { $0.endpointBaseURL == endpointBaseURL ? $0 : nil }
        deliveryAttributes = try DeliveryAttribute.all(
            in: webhook["deliveryAttributeMappings"], kept: kept?.deliveryAttributes ?? [])
        signingSecrets = try SigningSecrets.read(push, kept: kept?.signingSecrets ?? [])
    }

    /// The URL as it was sent; when only what an answer shows of it was sent, the one that is there.
    private static func endpointURL(of webhook: JSONMember, _ current: PushSettings?) throws(ErrorAnswer) -> String {
        let member = webhook["endpointUrl"]
        let base = try webhook["endpointBaseUrl"].string()
        guard let url = try member.string() else {
            let kept = current.flatMap { $0.endpointBaseURL == base ? $0.endpointURL : nil }
            return try member.required(kept, "the URL of a webhook, such as https://example.com/events")
        }
        return url
    }

    /// Adds the webhook to `push`.
    func write(to push: inout JSONObject, _ view: DocumentView) {
        push["retrySchedule"] = .string(retrySchedule.rawValue)
        if view.showsSecrets {
            push["signingSecrets"] = .array(signingSecrets.map { .string($0) })
        } else {
            push["signingSecretCount"] = .integer(signingSecrets.count)
        }
        let destination = JSONValue.object(["endpointType": .string("WebHook"), "properties": .object(webhook(view))])
        if view.prefers(Self.wrappedName, to: "destination") {
            push[Self.wrappedName] = .object(["destination": destination])
        } else {
            push["destination"] = destination
        }
    }

    private func webhook(_ view: DocumentView) -> JSONObject {
        var webhook: JSONObject =
            view.showsSecrets
            ? ["endpointUrl": .string(endpointURL)] : ["endpointBaseUrl": .string(endpointBaseURL)]
        if let maxEventsPerBatch { webhook["maxEventsPerBatch"] = .integer(maxEventsPerBatch) }
        if let preferredBatchKilobytes { webhook["preferredBatchSizeInKilobytes"] = .integer(preferredBatchKilobytes) }
        webhook["deliveryAttributeMappings"] = .array(deliveryAttributes.map { $0.document(view) })
        return webhook
    }
}
