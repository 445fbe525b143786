import Gridlog

/// What a PUT or a PATCH wants an event subscription to be.
struct SubscriptionDraft {
    var settings: SubscriptionSettings
    /// Where a new one begins.
    let startAt: StartPosition?
    /// The settings of the one that is there.
    let current: SubscriptionSettings?

    init(document: JSONMember, current: SubscriptionSettings?) throws(ErrorAnswer) {
        settings = try SubscriptionSettings(document: document, current: current)
        startAt = try StartPosition(document: document["properties"]["startAt"])
        self.current = current
    }

    /// The endpoint that must be asked first: a new one, and one that did not agree in time.
    ///
    /// - Parameter now: nanoseconds since 1970.
    func unknownEndpoint(now: UInt64) -> PushSettings? {
        guard let push = settings.push else { return nil }
        guard let known = current?.push, known.endpointURL == push.endpointURL else { return push }
        return known.validation.hasFailed(now: now) ? push : nil
    }

    /// The settings with what is known about their endpoint.
    ///
    /// - Throws: 409 when the endpoint is not the one that was asked: another change came between.
    func settings(with agreement: EndpointAgreement?, now: UInt64) throws(ErrorAnswer) -> SubscriptionSettings {
        guard let push = settings.push else { return settings }
        var agreed = settings
        if let agreement, agreement.endpointURL == push.endpointURL {
            agreed.push?.validation = agreement.validation
        } else if let known = current?.push, unknownEndpoint(now: now) == nil {
            agreed.push?.validation = known.validation
        } else {
            throw ErrorAnswer(
                .conflict, "The event subscription was changed while its endpoint was asked; send the request again.")
        }
        return agreed
    }

    /// Refuses a PATCH to another endpoint that does not name the secrets anew: they would be sent there without whoever sends the patch
    /// knowing them.
    func checkSecrets(of patch: JSONValue) throws(ErrorAnswer) {
        guard let push = settings.push, let known = current?.push, push.endpointBaseURL != known.endpointBaseURL else {
            return
        }
        let named = patch["properties"]?["deliveryConfiguration"]?["push"]
        let destination = named?["destination"] ?? named?["deliveryWithResourceIdentity"]?["destination"]
        let hasSecretAttribute = known.deliveryAttributes.contains {
            if case .fixed(_, isSecret: true) = $0.value { true } else { false }
        }
        let missing =
            !known.signingSecrets.isEmpty && named?["signingSecrets"] == nil
            ? "signingSecrets"
            : hasSecretAttribute && destination?["properties"]?["deliveryAttributeMappings"] == nil
                ? "deliveryAttributeMappings" : nil
        guard let missing else { return }
        throw ErrorAnswer(
            .badRequest,
            "The endpoint changes: name '\(missing)' again, because secrets stay with the endpoint that they were made for."
        )
    }
}
