import Gridlog

extension ErrorAnswer {
    /// The answer to a path that names nothing here, in Event Grid's words (contract 1.5).
    static func unknownRoute(_ path: Substring) -> ErrorAnswer {
        let uri = path.prefix { $0 != "?" }
        return ErrorAnswer(
            .resourceNotFound, "No HTTP resource was found that matches the request URI '\(uri)'.")
    }

    /// The answer to a request for a topic that does not exist.
    static func unknownTopic(_ name: String) -> ErrorAnswer {
        ErrorAnswer(.resourceNotFound, "The topic '\(name)' does not exist; create it with PUT /topics/{name}.")
    }

    /// The answer to a request for an event subscription that does not exist.
    static func unknownSubscription(_ name: String, topic: String) -> ErrorAnswer {
        ErrorAnswer(
            .resourceNotFound,
            "The event subscription '\(name)' of topic '\(topic)' does not exist; "
                + "create it with PUT /topics/{topic}/eventsubscriptions/{name}.")
    }
}

extension Topic {
    /// The event subscription of that name. - Throws: when there is none, or the topic could not be opened and does not know.
    func existingSubscription(_ name: String) throws(ErrorAnswer) -> EventSubscription {
        if let found = subscription(name) { return found }
        if let problem { throw ErrorAnswer(problem) }
        throw .unknownSubscription(name, topic: self.name)
    }
}
