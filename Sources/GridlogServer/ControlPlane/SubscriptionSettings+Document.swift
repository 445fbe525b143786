import CloudEvents
import Gridlog

/// The body of an event subscription resource (contract 2.2).
extension SubscriptionSettings {
    /// Reads the settings of an event subscription's resource; what is not there takes its default.
    ///
    /// - Parameter exists: the subscription is there already, so its delivery mode cannot be another one (decision 16).
    init(document body: JSONMember, exists: Bool) throws(ErrorAnswer) {
        // What only an answer carries is passed over, so that an answer can be sent back as it is.
        try body.checkMembers("properties", "id", "name", "type", "systemData")
        let properties = body["properties"]
        try properties.checkMembers(
            "deliveryConfiguration", "eventDeliverySchema", "filtersConfiguration", "expirationTimeUtc",
            "startAt", "provisioningState")
        _ = try properties["eventDeliverySchema"].word("CloudEventSchemaV1_0")
        self.init()
        expirationTime = try properties["expirationTimeUtc"].time()
        try read(deliveryConfiguration: properties["deliveryConfiguration"], exists: exists)
        try read(filtersConfiguration: properties["filtersConfiguration"])
    }

    private mutating func read(deliveryConfiguration: JSONMember, exists: Bool) throws(ErrorAnswer) {
        try deliveryConfiguration.checkMembers("deliveryMode", "queue", "push")
        if try deliveryConfiguration["deliveryMode"].word("Queue", "Push") == "Push" {
            guard exists else {
                throw deliveryConfiguration["deliveryMode"].refusal(
                    "must be 'Queue': this version has no push delivery")
            }
            var answer = deliveryConfiguration["deliveryMode"].refusal("cannot change: it is 'Queue'")
            answer.code = .conflict
            throw answer
        }
        try deliveryConfiguration["push"].checkAbsent("the delivery mode is 'Queue', set in 'queue'")

        let queue = deliveryConfiguration["queue"]
        try queue.checkMembers(
            "receiveLockDurationInSeconds", "maxDeliveryCount", "eventTimeToLive",
            "deadLetterDestinationWithResourceIdentity")
        if let seconds = try queue["receiveLockDurationInSeconds"].integer() { receiveLockDurationInSeconds = seconds }
        if let count = try queue["maxDeliveryCount"].integer() { maxDeliveryCount = count }
        if let text = try queue["eventTimeToLive"].string() {
            guard let duration = ISO8601Duration(text) else {
                throw queue["eventTimeToLive"].refusal("must be an ISO 8601 duration such as P1DT2H, not '\(text)'")
            }
            eventTimeToLiveInSeconds = duration.seconds
        }
        try queue["deadLetterDestinationWithResourceIdentity"]
            .checkAbsent("an event that cannot be delivered is dropped")
    }

    private mutating func read(filtersConfiguration: JSONMember) throws(ErrorAnswer) {
        try filtersConfiguration.checkMembers("includedEventTypes", "filters")
        includedEventTypes = try filtersConfiguration["includedEventTypes"].strings()
        let all = try filtersConfiguration["filters"].all("an array of filters") { filter throws(ErrorAnswer) in
            try FilterCondition(document: filter)
        }
        filters = all.isEmpty ? nil : all
    }

    /// The settings as a resource's document: what a PATCH is merged into.
    var document: JSONValue {
        var queue: JSONObject = [
            "receiveLockDurationInSeconds": .integer(receiveLockDurationInSeconds),
            "maxDeliveryCount": .integer(maxDeliveryCount),
        ]
        if let eventTimeToLiveInSeconds {
            queue["eventTimeToLive"] = .string(ISO8601Duration(seconds: eventTimeToLiveInSeconds).text)
        }
        var properties: JSONObject = [
            "deliveryConfiguration": .object(["deliveryMode": .string("Queue"), "queue": .object(queue)]),
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
}

extension EventSubscription {
    /// The event subscription as a resource, with the time to live that holds when none is set: the topic's retention.
    func resource(of topic: Topic) -> JSONValue {
        var shown = settings
        shown.eventTimeToLiveInSeconds = shown.eventTimeToLiveInSeconds ?? topic.settings.eventRetentionInDays * 86_400
        return .resource(
            id: "/topics/\(topic.name)/eventsubscriptions/\(name)", name: name,
            type: "Microsoft.EventGrid/namespaces/topics/eventsubscriptions",
            properties: .object(["startAt": startPosition.document]), shown.document["properties"])
    }
}
