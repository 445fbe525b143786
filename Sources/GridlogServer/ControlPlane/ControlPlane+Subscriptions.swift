import Gridlog
import HTTPTypes
import Hummingbird

extension ControlPlane {
    /// `/topics/{topic}/eventsubscriptions/{name}`
    func subscription(_ name: String, _ topicName: String, _ request: Request) async throws -> Response {
        switch request.method {
        case .get:
            let topic = try existingTopic(topicName)
            return answer(.ok, try topic.existingSubscription(name), topic)
        case .put:
            let document = JSONMember(document: try await request.document())
            return try await changing {
                let topic = try existingTopic(topicName)
                let exists = topic.subscription(name) != nil
                let settings = try SubscriptionSettings(document: document, exists: exists)
                let start = try StartPosition(document: document["properties"]["startAt"])
                let (subscription, created) = try topic.putSubscription(name, settings, startAt: start)
                return answer(created ? .created : .ok, subscription, topic)
            }
        case .patch:
            let patch = try await request.document()
            return try await changing {
                let topic = try existingTopic(topicName)
                let current = try topic.existingSubscription(name).settings.document
                let document = JSONMember(document: current.merging(patch))
                let settings = try SubscriptionSettings(document: document, exists: true)
                let start = try StartPosition(document: document["properties"]["startAt"])
                return answer(.ok, try topic.putSubscription(name, settings, startAt: start).subscription, topic)
            }
        case .delete:
            _ = try await changing { try broker.topic(topicName)?.deleteSubscription(name) }
            return Response(status: .noContent)
        default:
            throw ErrorAnswer.wrongMethod(allowed: [.get, .put, .patch, .delete])
        }
    }

    /// `/topics/{topic}/eventsubscriptions`
    func subscriptions(_ topicName: String, _ request: Request) throws -> Response {
        guard request.method == .get else { throw ErrorAnswer.wrongMethod(allowed: [.get]) }
        let topic = try existingTopic(topicName)
        if topic.subscriptions.isEmpty, let problem = topic.problem { throw ErrorAnswer(problem) }
        let page = try Page(QueryParameters(path: Substring(request.head.path ?? "")))
        let document = page.document(
            of: topic.subscriptions, request.head, name: \.name, resource: { $0.resource(of: topic) })
        return Response(.ok, document, headers: topic.headerFields)
    }

    private func answer(
        _ status: HTTPResponse.Status, _ subscription: EventSubscription, _ topic: Topic
    ) -> Response {
        Response(status, subscription.resource(of: topic), headers: topic.headerFields)
    }
}
