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
            return try await change(name, topicName, request) { topic throws(ErrorAnswer) in
                try SubscriptionDraft(document: document, current: topic.subscription(name)?.settings)
            }
        case .patch:
            let patch = try await request.document()
            return try await change(name, topicName, request) { topic throws(ErrorAnswer) in
                let current = try topic.existingSubscription(name).settings
                let document = JSONMember(document: current.document(merging: patch))
                let draft = try SubscriptionDraft(document: document, current: current)
                try draft.checkSecrets(of: patch)
                return draft
            }
        case .delete:
            _ = try await changing { try broker.topic(topicName)?.deleteSubscription(name) }
            return Response(status: .noContent)
        default:
            throw ErrorAnswer.wrongMethod(allowed: [.get, .put, .patch, .delete])
        }
    }

    /// Makes an event subscription what a request wants it to be. An endpoint that is not known is asked first, outside of the thread for
    /// changes; so the draft is made twice, the second time of what is there then.
    private func change(
        _ name: String, _ topicName: String, _ request: Request,
        _ draft: @escaping @Sendable (Topic) throws(ErrorAnswer) -> SubscriptionDraft
    ) async throws -> Response {
        let topic = try existingTopic(topicName)
        let agreement = try await agreement(draft(topic), name, topic, request)
        return try await changing {
            let topic = try existingTopic(topicName)
            let draft = try draft(topic)
            let settings = try draft.settings(with: agreement, now: broker.wallTime)
            let (subscription, created) = try topic.putSubscription(name, settings, startAt: draft.startAt)
            return answer(created && request.method == .put ? .created : .ok, subscription, topic)
        }
    }

    /// `/topics/{topic}/eventsubscriptions`
    func subscriptions(_ topicName: String, _ request: Request) throws -> Response {
        guard request.method == .get else { throw ErrorAnswer.wrongMethod(allowed: [.get]) }
        let topic = try existingTopic(topicName)
        if topic.subscriptions.isEmpty, let problem = topic.problem { throw ErrorAnswer(problem) }
        let page = try Page(QueryParameters(path: Substring(request.head.path ?? "")))
        let now = broker.wallTime
        let document = page.document(
            of: topic.subscriptions, request.head, name: \.name, resource: { $0.resource(of: topic, now: now) })
        return Response(.ok, document, headers: topic.headerFields)
    }

    private func answer(
        _ status: HTTPResponse.Status, _ subscription: EventSubscription, _ topic: Topic
    ) -> Response {
        Response(status, subscription.resource(of: topic, now: broker.wallTime), headers: topic.headerFields)
    }
}
