extension SubscriptionOptions {
    /// The body of a PUT or PATCH, with the settings that were named.
    ///
    /// - Parameters:
    ///   - mode: of the event subscription that is there; nil for a new one.
    ///   - clearsEventTypes: `null` for the event types, with which a PATCH takes the default: all of them.
    ///   - clearsFilters: the same for the filters.
    ///   - clearsDeadLetter: the same for the dead-letter destination.
    ///   - startAt: where a new event subscription begins: a word, a sequence or a time.
    func document(
        of mode: DeliveryMode? = nil, clearsEventTypes: Bool = false, clearsFilters: Bool = false,
        clearsDeadLetter: Bool = false, startAt: String? = nil
    ) -> JSONText {
        var properties = [
            deliveryConfiguration(mode, clearsDeadLetter: clearsDeadLetter),
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

    private func deliveryConfiguration(_ mode: DeliveryMode?, clearsDeadLetter: Bool) -> String {
        // A webhook asks for the mode that goes with it, also where there is another.
        let mode = push.push == nil ? mode ?? .queue : .push
        var members: [String] = []
        if let lockDuration { members.append("\"receiveLockDurationInSeconds\":\(lockDuration)") }
        if let maxDeliveryCount { members.append("\"maxDeliveryCount\":\(maxDeliveryCount)") }
        if let timeToLive { members.append("\"eventTimeToLive\":\(JSONText.quoting(timeToLive))") }
        members += push.members
        if let destination = clearsDeadLetter ? DeadLetterOptions.noDestination : deadLetter.member {
            members.append(destination)
        }
        let settings = "\"\(mode.member)\":{\(members.joined(separator: ","))}"
        return "\"deliveryConfiguration\":{\"deliveryMode\":\"\(mode.rawValue)\",\(settings)}"
    }
}
