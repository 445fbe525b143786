import Gridlog
import HTTPTypes
import Hummingbird

extension ControlPlane {
    /// `/topics/{topic}`
    func topic(_ name: String, _ request: Request) async throws -> Response {
        switch request.method {
        case .get:
            return answer(.ok, try existingTopic(name))
        case .put:
            let document = try await request.document()
            let settings = try TopicSettings(document: document, defaultDurability: defaultDurability)
            let (topic, created) = try await changing { try broker.putTopic(name, settings) }
            return answer(created ? .created : .ok, topic)
        case .patch:
            let patch = try await request.document()
            let topic = try await changing {
                let current = try existingTopic(name).settings.document
                let settings = try TopicSettings(
                    document: current.merging(patch), defaultDurability: defaultDurability)
                return try broker.putTopic(name, settings).topic
            }
            return answer(.ok, topic)
        case .delete:
            _ = try await changing { try broker.deleteTopic(name) }
            return Response(status: .noContent)
        default:
            throw ErrorAnswer.wrongMethod(allowed: [.get, .put, .patch, .delete])
        }
    }

    /// `/topics`
    func topics(_ request: Request) throws -> Response {
        guard request.method == .get else { throw ErrorAnswer.wrongMethod(allowed: [.get]) }
        let page = try Page(QueryParameters(path: Substring(request.head.path ?? "")))
        return Response(.ok, page.document(of: broker.topics, request.head, name: \.name, resource: \.resource))
    }

    func existingTopic(_ name: String) throws(ErrorAnswer) -> Topic {
        guard let topic = broker.topic(name) else { throw .unknownTopic(name) }
        return topic
    }

    private func answer(_ status: HTTPResponse.Status, _ topic: Topic) -> Response {
        Response(status, topic.resource, headers: topic.headerFields)
    }
}

extension Topic {
    /// What every answer about the topic says in its header.
    var headerFields: HTTPFields {
        [.durability: settings.durability.rawValue]
    }
}
