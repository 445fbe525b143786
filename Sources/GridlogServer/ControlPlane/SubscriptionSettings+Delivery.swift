import Gridlog

/// `properties.deliveryConfiguration` of an event subscription.
extension SubscriptionSettings {
    /// The delivery mode, in Event Grid's word.
    var deliveryMode: String { push == nil ? "Queue" : "Push" }

    mutating func read(
        deliveryConfiguration: JSONMember, current: SubscriptionSettings?
    ) throws(ErrorAnswer) {
        try deliveryConfiguration.checkMembers("deliveryMode", "queue", "push")
        let mode = try deliveryConfiguration["deliveryMode"].word("Queue", "Push") ?? "Queue"
        if let current, current.deliveryMode != mode {
            var answer = deliveryConfiguration["deliveryMode"].refusal("cannot change: it is '\(current.deliveryMode)'")
            answer.code = .conflict
            throw answer
        }
        if mode == "Push" {
            try deliveryConfiguration["queue"].checkUnset("cannot be set when the delivery mode is 'Push'; set 'push'")
            let push = deliveryConfiguration["push"]
            self.push = try PushSettings(document: push, current: current?.push)
            try read(attempts: push)
        } else {
            try deliveryConfiguration["push"].checkUnset("cannot be set when the delivery mode is 'Queue'")
            let queue = deliveryConfiguration["queue"]
            try queue.checkMembers(
                "receiveLockDurationInSeconds", "maxDeliveryCount", "eventTimeToLive",
                "deadLetterDestinationWithResourceIdentity", "deadLetterDestination")
            let seconds = try queue["receiveLockDurationInSeconds"].integer()
            if let seconds { receiveLockDurationInSeconds = seconds }
            try read(attempts: queue)
        }
    }

    /// Reads what both delivery modes have: how often, how long, and what then.
    private mutating func read(attempts delivery: JSONMember) throws(ErrorAnswer) {
        if let count = try delivery["maxDeliveryCount"].integer() { maxDeliveryCount = count }
        if let text = try delivery["eventTimeToLive"].string() {
            guard let duration = ISO8601Duration(text) else {
                throw delivery["eventTimeToLive"].refusal("must be an ISO 8601 duration such as P1DT2H, not '\(text)'")
            }
            eventTimeToLiveInSeconds = duration.seconds
        }
        deadLetter = try DeadLetterDestination(of: delivery)
    }

    func deliveryConfiguration(_ view: DocumentView) -> JSONValue {
        let name = push == nil ? "queue" : "push"
        let view = view[name]
        var delivery: JSONObject = [:]
        if push == nil { delivery["receiveLockDurationInSeconds"] = .integer(receiveLockDurationInSeconds) }
        delivery["maxDeliveryCount"] = .integer(maxDeliveryCount)
        if let eventTimeToLiveInSeconds {
            delivery["eventTimeToLive"] = .string(ISO8601Duration(seconds: eventTimeToLiveInSeconds).text)
        }
        if let deadLetter { deadLetter.write(to: &delivery, view) }
        if let push { push.write(to: &delivery, view) }
        return .object(["deliveryMode": .string(deliveryMode), name: .object(delivery)])
    }
}
