import NIOHTTP1

/// The control plane: topics and event subscriptions, which differ only in their path.
extension BrokerClient {
    /// A list never has more pages than this; a server whose links go in a circle is left.
    private static let mostPages = 10_000
    /// How much longer the server may take when it asks a webhook first: both ways, twice, 30 s each.
    static let handshakePatience = Duration.seconds(125)

    /// `/topics`, or `/topics/{t}/eventsubscriptions`.
    private static func collection(topic: String?) -> [String] {
        topic.map { ["topics", $0, "eventsubscriptions"] } ?? ["topics"]
    }

    /// Creates the resource, or replaces its settings when there is one.
    func put(
        topic: String, subscription: String? = nil, settings: JSONText, patience: Duration = .zero
    ) async throws(CommandFailure) -> JSONText {
        try await change(.PUT, topic: topic, subscription: subscription, settings: settings, patience: patience)
    }

    /// Changes the settings that are named and leaves the others.
    func patch(
        topic: String, subscription: String? = nil, settings: JSONText, patience: Duration = .zero
    ) async throws(CommandFailure) -> JSONText {
        try await change(.PATCH, topic: topic, subscription: subscription, settings: settings, patience: patience)
    }

    /// The resource as it is.
    func get(topic: String, subscription: String? = nil) async throws(CommandFailure) -> JSONText {
        try await send(.GET, url: url(topic: topic, subscription: subscription))
    }

    /// Deletes the resource; one that does not exist is deleted already.
    func delete(topic: String, subscription: String? = nil) async throws(CommandFailure) -> JSONText {
        try await send(.DELETE, url: url(topic: topic, subscription: subscription))
    }

    /// Every topic, or every event subscription of a topic, over all pages.
    ///
    /// - Returns: one document `{"value":[…]}`.
    func list(subscriptionsOf topic: String? = nil) async throws(CommandFailure) -> JSONText {
        JSONText(list: "value", of: try await elements(from: address.url(path: Self.collection(topic: topic))))
    }

    /// The elements of all pages that follow each other, or of as many as hold `max`.
    private func elements(from url: String, atMost max: Int = .max) async throws(CommandFailure) -> [JSONText] {
        var elements: [JSONText] = []
        var next: String? = url
        for _ in 0..<Self.mostPages {
            guard let url = next, elements.count < max else { break }
            let page = try await send(.GET, url: url)
            elements += page["value"]?.elements ?? []
            next = page["nextLink"]?.string.flatMap(address.url(following:))
        }
        return Array(elements.prefix(max))
    }

    /// Events that are not settled, over as many pages as it takes to find `max` of them.
    ///
    /// - Returns: one document `{"value":[…]}`.
    func peek(
        topic: String, subscription: String, state: String?, from: UInt64, max: Int
    ) async throws(CommandFailure) -> JSONText {
        let query = [("from", "\(from)"), ("top", "\(max)")] + (state.map { [("state", $0)] } ?? [])
        let url = address.url(
            path: Self.collection(topic: topic) + [subscription, "events"],
            query: query.map { (name: $0.0, value: $0.1) })
        return JSONText(list: "value", of: try await elements(from: url, atMost: max))
    }

    private func url(topic: String, subscription: String?) -> String {
        address.url(path: subscription.map { Self.collection(topic: topic) + [$0] } ?? ["topics", topic])
    }

    private func change(
        _ method: HTTPMethod, topic: String, subscription: String?, settings: JSONText, patience: Duration
    ) async throws(CommandFailure) -> JSONText {
        try await send(
            method, url: url(topic: topic, subscription: subscription), contentType: "application/json",
            body: Array(settings.bytes), patience: patience)
    }
}
