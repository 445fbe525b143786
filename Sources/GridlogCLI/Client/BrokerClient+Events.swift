import GridlogServer

/// The data plane.
extension BrokerClient {
    /// Publishes the events of one request. Returns when the server has them as durably as the topic says.
    func publish(topic: String, batch: PublishBatch) async throws(CommandFailure) {
        _ = try await post(
            path: ["topics", topic], verb: "publish", contentType: batch.contentType, body: batch.body)
    }

    /// Receives up to `max` events; when there is none, waits up to `wait` seconds for one.
    ///
    /// - Returns: `{"value":[{"brokerProperties":…,"event":…}]}`.
    func receive(topic: String, subscription: String, max: Int, wait: Int) async throws(CommandFailure) -> JSONText {
        try await post(
            path: ["topics", topic, "eventsubscriptions", subscription], verb: "receive",
            query: [("maxEvents", String(max)), ("maxWaitTime", String(wait))], patience: .seconds(wait))
    }

    /// Acknowledges, releases, rejects or renews at most ``mostTokens`` lock tokens.
    ///
    /// - Returns: `{"succeededLockTokens":[…],"failedLockTokens":[…]}`.
    func settle(
        topic: String, subscription: String, operation: SettleOperation, tokens: ArraySlice<String>
    ) async throws(CommandFailure) -> JSONText {
        let quoted = tokens.map { JSONText(JSONText.quoting($0)) }
        return try await post(
            path: ["topics", topic, "eventsubscriptions", subscription], verb: operation.verb, query: operation.query,
            contentType: "application/json", body: Array(JSONText(list: "lockTokens", of: quoted).bytes))
    }

    /// Puts dead-lettered events back to their event subscription, or only counts them.
    ///
    /// - Parameter selection: `{"ids":[…]}` or `{"all":true}`.
    /// - Returns: `{"count":n}`.
    func redrive(
        topic: String, subscription: String, selection: JSONText, dryRun: Bool
    ) async throws(CommandFailure) -> JSONText {
        try await post(
            path: ["topics", topic, "eventsubscriptions", subscription], verb: "redrive",
            query: dryRun ? [("dryRun", "true")] : [], contentType: "application/json", body: Array(selection.bytes))
    }

    /// The most lock tokens that one request may carry.
    static let mostTokens = RequestLimits.lockTokensMax
}
