import Gridlog
import HTTPTypes
import Hummingbird
import NIOPosix

/// Topics and event subscriptions as resources (contract 2.2): create, show, change, delete, list.
///
/// A middleware and not routes, because a path may begin with whatever a client keeps of its endpoint; see
/// ``ResourcePath``.
struct ControlPlane: RouterMiddleware {
    let broker: Broker
    /// Runs what changes something, because that waits for the disk. It has one thread, so changes happen one after
    /// the other and a PATCH sees the settings that it merges into.
    let changes: NIOThreadPool
    /// The durability level of a topic whose resource names none.
    let defaultDurability: Durability

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let target = Substring(request.head.path ?? "/")
        guard let path = ResourcePath(path: target) else { return try await next(request, context) }
        // The operations that there are were taken by the data plane, before Hummingbird saw the request.
        if let operation = path.operation {
            guard operation.isWord("explain"), let topic = path.topic, let name = path.subscription else {
                throw ErrorAnswer.unknownRoute(target)
            }
            return try await explain(name, topic, request)
        }
        return switch (path.topic, path.subscription) {
        case (nil, _): try topics(request)
        case (let topic?, nil) where path.isCollection: try subscriptions(topic, request)
        case (let topic?, nil): try await self.topic(topic, request)
        case (let topic?, let name?) where path.isCollection: try events(name, topic, request)
        case (let topic?, let name?): try await subscription(name, topic, request)
        }
    }

    /// Runs a change on the thread for changes.
    func changing<Result: Sendable>(
        _ change: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await changes.runIfActive(change)
    }
}
