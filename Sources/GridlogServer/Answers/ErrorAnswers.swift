import Gridlog
import HTTPTypes
import Hummingbird
import Logging

/// The outermost middleware: whatever a route throws becomes an answer in Event Grid's form, and the client's request
/// id is echoed.
struct ErrorAnswers: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(to: error, request, context.logger).response(closing: context.channel)
        }
        if let id = request.headers[.clientRequestID] { response.headers[.clientRequestID] = id }
        return response
    }

    private func answer(to error: any Error, _ request: Request, _ logger: Logger) -> ErrorAnswer {
        switch error {
        case let answer as ErrorAnswer: return answer
        case let error as GridlogError: return ErrorAnswer(error)
        case let error as HTTPError where error.status == .notFound:
            return .unknownRoute(Substring(request.head.path ?? "/"))
        case is CancellationError:
            return ErrorAnswer(.serviceUnavailable, "The server shuts down; send the request again.")
        default:
            logger.error("request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return ErrorAnswer(.internalServerError, "The request failed; the server's log says why.")
        }
    }
}
