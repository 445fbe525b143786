import Gridlog
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix

/// `GET /topics/{topic}/eventsubscriptions/{name}/validate?code=…`: the link that the owner of an endpoint opens to agree by hand
/// (contract 3.6). It needs no access key, because the code is one; it reads nothing else, and says the same whatever is wrong.
struct EndpointConfirmation: RouterMiddleware {
    let broker: Broker
    /// The thread for changes.
    let changes: NIOThreadPool

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let target = Substring(request.head.path ?? "/")
        guard request.method == .get, let path = ResourcePath(path: target), let name = path.subscription,
            path.operation?.isWord("validate") == true
        else { return try await next(request, context) }
        guard let code = QueryParameters(path: target)["code"], let topic = path.topic.flatMap(broker.topic),
            // Whoever guesses must not keep the thread busy.
            case .awaitingManualAction? = topic.subscription(name)?.settings.push?.validation,
            try await confirm(topic, name, code)
        else { throw ErrorAnswer(.resourceNotFound, "The link is not valid, or not any more.") }
        return Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(
                byteBuffer: ByteBuffer(string: "The endpoint is confirmed: it gets events from now on.\n")))
    }

    private func confirm(_ topic: Topic, _ name: String, _ code: String) async throws -> Bool {
        do {
            return try await changes.runIfActive { try topic.confirmEndpoint(ofSubscription: name, code: code) }
        } catch let error as GridlogError where error.code == .notFound {
            return false
        }
    }
}
