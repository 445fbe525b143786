import Gridlog

/// The body of a topic resource (contract 2.2).
extension TopicSettings {
    /// Reads the settings of a topic's resource; what is not there takes its default.
    /// - Parameter defaultDurability: the level of a topic whose resource names none.
    init(document: JSONValue, defaultDurability: Durability) throws(ErrorAnswer) {
        let body = JSONMember(document: document)
        // What only an answer carries is passed over, so that an answer can be sent back as it is.
        try body.checkMembers("properties", "id", "name", "type", "systemData")
        let properties = body["properties"]
        try properties.checkMembers(
            "publisherType", "inputSchema", "eventRetentionInDays", "durability", "provisioningState")
        _ = try properties["publisherType"].word("Custom")
        _ = try properties["inputSchema"].word("CloudEventSchemaV1_0")
        self.init(durability: defaultDurability)
        if let days = try properties["eventRetentionInDays"].integer() { eventRetentionInDays = days }
        switch try properties["durability"].word(Durability.durable.rawValue, Durability.written.rawValue) {
        case let word?: durability = Durability(rawValue: word) ?? defaultDurability
        case nil: break
        }
    }

    /// The settings as a resource's document: what a PATCH is merged into.
    var document: JSONValue {
        .object([
            "properties": .object([
                "publisherType": .string("Custom"),
                "inputSchema": .string("CloudEventSchemaV1_0"),
                "eventRetentionInDays": .integer(eventRetentionInDays),
                "durability": .string(durability.rawValue),
            ])
        ])
    }
}

extension Topic {
    /// The topic as a resource.
    var resource: JSONValue {
        .resource(
            id: "/topics/\(name)", name: name, type: "Microsoft.EventGrid/namespaces/topics",
            properties: settings.document["properties"])
    }
}
