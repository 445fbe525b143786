import HTTPTypes
import Hummingbird

/// Lets requests through that carry one of the access keys. Routes that need none are added to the router before it.
struct RequireKey: RouterMiddleware {
    let access: AccessControl

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let fields = request.headers.lazy.map { (name: $0.name.canonicalName, value: $0.value) }
        if let refusal = access.authorize(fields, path: Substring(request.head.path ?? "/")) { throw refusal }
        return try await next(request, context)
    }
}
