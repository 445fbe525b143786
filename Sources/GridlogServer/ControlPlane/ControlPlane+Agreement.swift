import Gridlog
import Hummingbird

extension ControlPlane {
    /// Asks the endpoint of a draft whether it wants events, if that is not known; nothing is stored before (contract 3.6).
    ///
    /// - Throws: 400 with the reason when it does not, and for what would be refused after its agreement.
    func agreement(
        _ draft: SubscriptionDraft, _ name: String, _ topic: Topic, _ request: Request
    ) async throws -> EndpointAgreement? {
        guard let push = draft.unknownEndpoint(now: broker.wallTime) else { return nil }
        try topic.checkSubscription(name, draft.settings)
        guard request.head.authority != nil else {
            throw ErrorAnswer(
                .badRequest, "The request must have the header 'host': the endpoint is sent a link to it.")
        }
        // The link leads back the way that the request came, whatever proxies lie on it.
        let address = request.head.address.trimmingSlashes
        let validation = try await handshake.validate(
            push, subscription: name, topic: topic.name,
            validationURL: { code in "\(address)/validate?code=\(code)" }, now: broker.wallTime)
        return EndpointAgreement(endpointURL: push.endpointURL, validation: validation)
    }
}

extension String {
    fileprivate var trimmingSlashes: Substring {
        var rest = self[...]
        while rest.last == "/" { rest.removeLast() }
        return rest
    }
}
