import AsyncHTTPClient
import Gridlog
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// Takes the answer to one delivery: its status and `Retry-After`. What the body says does not matter.
final class DeliveryAnswer: HTTPClientResponseDelegate {
    typealias Response = PushOutcome

    /// How much of a body is read, in bytes; then the connection is closed and the status counts.
    static let bodyBytesMax = 64 * 1_024

    /// Ends the reading of a body that is too long.
    struct BodyTooLong: Error {
        let outcome: PushOutcome
    }

    private struct State {
        var outcome = PushOutcome.connectionFailed
        var bodyBytes = 0
    }

    private let state = NIOLockedValueBox(State())
    private let now: UInt64

    /// - Parameter now: nanoseconds since 1970, to which a date in `Retry-After` is compared.
    init(now: UInt64) {
        self.now = now
    }

    func didReceiveHead(task: HTTPClient.Task<PushOutcome>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let status = Int(head.status.code)
        let wait = status < 300 ? nil : head.headers.first(name: "retry-after")
        let outcome = PushOutcome.answered(
            status: status, retryAfterSeconds: wait.flatMap { RetryAfter.seconds($0, now: now) })
        state.withLockedValue { $0.outcome = outcome }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<PushOutcome>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let (outcome, length) = state.withLockedValue { state in
            state.bodyBytes += part.readableBytes
            return (state.outcome, state.bodyBytes)
        }
        if length > Self.bodyBytesMax { return task.eventLoop.makeFailedFuture(BodyTooLong(outcome: outcome)) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<PushOutcome>) -> PushOutcome {
        state.withLockedValue { $0.outcome }
    }
}
