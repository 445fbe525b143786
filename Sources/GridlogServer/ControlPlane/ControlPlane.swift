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
    /// Asks endpoints whether they want events.
    let handshake: any EndpointHandshake

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let target = Substring(request.head.path ?? "/")
        guard let path = ResourcePath(path: target) else { return try await next(request, context) }
        // The operations that there are were taken by the data plane, before Hummingbird saw the request.
        if let operation = path.operation {
            guard let topic = path.topic, let name = path.subscription else { throw ErrorAnswer.unknownRoute(target) }
            return try await perform(operation, name, topic, request)
        }
        return switch (path.topic, path.subscription) {
        case (nil, _): try topics(request)
        case (let topic?, nil) where path.isCollection: try subscriptions(topic, request)
        case (let topic?, nil): try await self.topic(topic, request)
        case (let topic?, let name?) where path.isCollection: try await events(name, topic, request)
        case (let topic?, let name?): try await subscription(name, topic, request)
        }
    }

    /// What is done with an event subscription beside the data plane.
    private func perform(
        _ operation: Substring, _ name: String, _ topic: String, _ request: Request
    ) async throws -> Response {
        if operation.isWord("explain") { return try await explain(name, topic, request) }
        if operation.isWord("redrive") { return try await redrive(name, topic, request) }
        if operation.isWord("getfullurl") { return try fullURL(name, topic, request) }
        if operation.isWord("getdeliveryattributes") { return try deliveryAttributes(name, topic, request) }
        // A GET was taken before the keys were looked at.
        if operation.isWord("validate") { throw ErrorAnswer.wrongMethod(allowed: [.get]) }
        throw ErrorAnswer.unknownRoute(Substring(request.head.path ?? "/"))
    }

    /// Runs a change on the thread for changes.
    func changing<Result: Sendable>(
        _ change: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await changes.runIfActive(change)
    }
}
