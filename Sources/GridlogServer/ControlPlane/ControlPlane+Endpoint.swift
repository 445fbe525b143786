import Gridlog
import Hummingbird

/// What is asked about an endpoint with a POST of its own, because no GET shows it (contract 2.1).
extension ControlPlane {
    /// `/topics/{topic}/eventsubscriptions/{name}/getFullUrl`
    func fullURL(_ name: String, _ topicName: String, _ request: Request) throws -> Response {
        guard request.method == .post else { throw ErrorAnswer.wrongMethod(allowed: [.post]) }
        let subscription = try existingTopic(topicName).existingSubscription(name)
        guard let push = subscription.settings.push else {
            throw ErrorAnswer(
                .badRequest, "The event subscription '\(name)' has no endpoint: its delivery mode is 'Queue'.")
        }
        return Response(.ok, .object(["endpointUrl": .string(push.endpointURL)]))
    }

    /// `/topics/{topic}/eventsubscriptions/{name}/getDeliveryAttributes`
    func deliveryAttributes(_ name: String, _ topicName: String, _ request: Request) throws -> Response {
        guard request.method == .post else { throw ErrorAnswer.wrongMethod(allowed: [.post]) }
        let subscription = try existingTopic(topicName).existingSubscription(name)
        let attributes = subscription.settings.push?.deliveryAttributes ?? []
        return Response(.ok, .object(["value": .array(attributes.map { $0.document(.shown) })]))
    }
}
