import Gridlog

extension EventSubscription {
    /// The event subscription as a resource, with the time to live that holds when none is set: the topic's retention.
    ///
    /// - Parameter now: nanoseconds since 1970.
    func resource(of topic: Topic, now: UInt64) -> JSONValue {
        var shown = settings
        shown.eventTimeToLiveInSeconds = shown.eventTimeToLiveInSeconds ?? topic.settings.eventRetentionInDays * 86_400
        var state: JSONObject = ["startAt": startPosition.document]
        if let push = shown.push {
            state["provisioningState"] = .string(push.validation.provisioningState(now: now))
            state["pauseReason"] = pauseReason.map { .string($0) }
        }
        state["counters"] = counters.document(isPush: shown.push != nil)
        return .resource(
            id: "/topics/\(topic.name)/eventsubscriptions/\(name)", name: name,
            type: "Microsoft.EventGrid/namespaces/topics/eventsubscriptions",
            properties: .object(state), shown.document(.shown)["properties"])
    }
}

extension SubscriptionCounters {
    fileprivate func document(isPush: Bool) -> JSONValue {
        var counters: JSONObject = [
            "dropped": .integer(dropped), "deadLettered": .integer(deadLettered),
            "deadLetterPending": .integer(deadLetterPending),
        ]
        if isPush {
            counters["delivered"] = .integer(delivered)
            counters["failedAttempts"] = .integer(failedAttempts)
        }
        return .object(counters)
    }
}
