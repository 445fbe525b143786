import Gridlog

/// Asks an endpoint whether it wants the events of an event subscription (contract 3.6).
protocol EndpointHandshake: Sendable {
    /// - Parameters:
    ///   - validationURL: the address that the endpoint's owner opens to agree by hand, with a code in it.
    ///   - now: nanoseconds since 1970.
    /// - Throws: why the endpoint may not get events, in words for the one who set it.
    func validate(
        _ settings: PushSettings, subscription: String, topic: String,
        validationURL: @Sendable (_ code: String) -> String, now: UInt64
    ) async throws(ErrorAnswer) -> EndpointValidation
}

extension WebhookHandshake: EndpointHandshake {}
