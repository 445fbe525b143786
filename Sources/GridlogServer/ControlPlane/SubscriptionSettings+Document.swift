import CloudEvents
import Gridlog

/// The body of an event subscription resource (contract 2.2).
extension SubscriptionSettings {
    /// Reads the settings of an event subscription's resource; what is not there takes its default.
    ///
    /// - Parameter current: the settings of the one that is there. Its delivery mode cannot be another one (decision 16), and what is
    ///   secret stays when an answer is sent back (decision 31).
    init(document body: JSONMember, current: SubscriptionSettings?) throws(ErrorAnswer) {
        // What only an answer carries is passed over, so that an answer can be sent back as it is.
        try body.checkMembers("properties", "id", "name", "type", "systemData")
        let properties = body["properties"]
        try properties.checkMembers(
            "deliveryConfiguration", "eventDeliverySchema", "filtersConfiguration", "expirationTimeUtc",
            "startAt", "provisioningState", "pauseReason", "counters")
        _ = try properties["eventDeliverySchema"].word("CloudEventSchemaV1_0")
        self.init()
        expirationTime = try properties["expirationTimeUtc"].time()
        try read(deliveryConfiguration: properties["deliveryConfiguration"], current: current)
        try read(filtersConfiguration: properties["filtersConfiguration"])
    }

    private mutating func read(filtersConfiguration: JSONMember) throws(ErrorAnswer) {
        try filtersConfiguration.checkMembers("includedEventTypes", "filters")
        let types = try filtersConfiguration["includedEventTypes"].strings() ?? []
        includedEventTypes = types.isEmpty ? nil : types
        let all = try filtersConfiguration["filters"].all("an array of filters") { filter throws(ErrorAnswer) in
            try FilterCondition(document: filter)
        }
        filters = all.isEmpty ? nil : all
    }

    /// The settings as a resource's document.
    func document(_ view: DocumentView) -> JSONValue {
        var properties: JSONObject = [
            "deliveryConfiguration": deliveryConfiguration(view["properties"]["deliveryConfiguration"]),
            "eventDeliverySchema": .string("CloudEventSchemaV1_0"),
            "filtersConfiguration": .object([
                "includedEventTypes": .array((includedEventTypes ?? []).map { .string($0) }),
                "filters": .array((filters ?? []).map(\.document)),
            ]),
        ]
        if let expirationTime {
            properties["expirationTimeUtc"] = .string(Timestamp.text(nanosecondsSince1970: expirationTime))
        }
        return .object(["properties": .object(properties)])
    }

    /// The document with a PATCH merged into it (RFC 7396): into what is set, not into what an answer shows of it.
    func document(merging patch: JSONValue) -> JSONValue {
        document(.whole(patch: patch)).merging(patch)
            .removing("properties", "deliveryConfiguration", "push", "signingSecretCount")
    }
}
