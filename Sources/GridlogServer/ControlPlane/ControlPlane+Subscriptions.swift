import Gridlog
import HTTPTypes
import Hummingbird

extension ControlPlane {
    /// `/topics/{topic}/eventsubscriptions/{name}`
    func subscription(_ name: String, _ topicName: String, _ request: Request) async throws -> Response {
        switch request.method {
        case .get:
            let topic = try existingTopic(topicName)
            return answer(.ok, try existingSubscription(name, topic), topic)
        case .put:
            let document = try await request.document()
            return try await changing {
                let topic = try existingTopic(topicName)
                let exists = topic.subscription(name) != nil
                let settings = try SubscriptionSettings(document: document, exists: exists)
                let (subscription, created) = try topic.putSubscription(name, settings)
                return answer(created ? .created : .ok, subscription, topic)
            }
        case .patch:
            let patch = try await request.document()
            return try await changing {
                let topic = try existingTopic(topicName)
                let current = try existingSubscription(name, topic).settings.document
                let settings = try SubscriptionSettings(document: current.merging(patch), exists: true)
                return answer(.ok, try topic.putSubscription(name, settings).subscription, topic)
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
        let page = try Page(QueryParameters(path: Substring(request.head.path ?? "")))
        let document = page.document(
            of: topic.subscriptions, request.head, name: \.name, resource: { $0.resource(of: topic) })
        return Response(.ok, document, headers: topic.headerFields)
    }

    private func existingSubscription(_ name: String, _ topic: Topic) throws(ErrorAnswer) -> EventSubscription {
        guard let subscription = topic.subscription(name) else { throw .unknownSubscription(name, topic: topic.name) }
        return subscription
    }

    private func answer(
        _ status: HTTPResponse.Status, _ subscription: EventSubscription, _ topic: Topic
    ) -> Response {
        Response(status, subscription.resource(of: topic), headers: topic.headerFields)
    }
}
