import HTTPTypes
import Hummingbird

/// Lets requests through that carry one of the access keys. Routes that need none are added to the router before it.
struct RequireKey: RouterMiddleware {
    let access: AccessControl

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        if let refusal = access.authorize(request.headers, path: Substring(request.head.path ?? "/")) { throw refusal }
        return try await next(request, context)
    }
}
