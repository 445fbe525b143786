import AsyncHTTPClient
import Gridlog
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Asks a webhook whether it wants events, before it gets any: in the way of CloudEvents first, in that of Event Grid's
/// own schema next (contract 3.6).
struct WebhookHandshake: Sendable {
    /// How long the owner of an endpoint may take to open the validation URL, in nanoseconds.
    static let manualNanoseconds: UInt64 = 600 * 1_000_000_000
    /// How often both ways are tried.
    private static let attempts = 2

    private let client: WebhookClient
    private let pause: @Sendable () async throws -> Void

    /// - Parameter pause: waits before the second attempt. Only this request waits: no thread and no lock is held meanwhile.
    init(
        _ client: WebhookClient,
        pause: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(5)) }
    ) {
        self.client = client
        self.pause = pause
    }

    /// Returns when the endpoint has agreed, or answers without the code, so that its owner must open a URL; within
    /// 125 s.
    ///
    /// - Parameters:
    ///   - validationURL: the URL to open for a code.
    ///   - now: nanoseconds since 1970.
    /// - Throws: ``ErrorAnswer`` when the endpoint does neither, or must not be asked; the text has no secrets in it.
    func validate(
        _ settings: PushSettings, subscription: String, topic: String,
        validationURL: @Sendable (_ code: String) -> String,
        now: UInt64
    ) async throws(ErrorAnswer) -> EndpointValidation {
        let endpoint = try EndpointURL(settings.endpointURL, addresses: client.addresses)
        let code = UUID().uuidString
        let event = ValidationEvent(code: code, url: validationURL(code), topic: topic, time: now)
        let requests = HandshakeRequests(settings, endpoint: endpoint, subscription: subscription, event: event)
        var findings: [String] = []
        for attempt in 1...Self.attempts {
            if attempt > 1 { try await wait() }
            findings = []
            let options = try await ask(requests.options)
            if options.allowsOrigin { return .succeeded }
            findings.append("OPTIONS \(options.finding), without WebHook-Allowed-Origin for \(DeliveryHeaders.origin)")
            let post = try await ask(requests.validation)
            switch post.validation(code: code) {
            case .confirmed: return .succeeded
            case .open: return .awaitingManualAction(code: code, until: now + Self.manualNanoseconds)
            case .refused(let finding): findings.append("POST of a validation event \(finding)")
            }
        }
        throw refusal(settings, findings)
    }

    private func ask(_ request: HTTPClient.Request) async throws(ErrorAnswer) -> HandshakeAnswer {
        let accumulator = ResponseAccumulator(request: request, maxBodySize: HandshakeAnswer.bodyBytesMax)
        do {
            return .answered(try await client.execute(request, isTrial: true, accumulator).get())
        } catch is WebhookClient.ForbiddenAddress {
            throw EndpointURL.forbidden
        } catch {
            return .failed(error)
        }
    }

    private func wait() async throws(ErrorAnswer) {
        do {
            try await pause()
        } catch {
            throw ErrorAnswer(.serviceUnavailable, "The server shuts down; send the request again.")
        }
    }

    private func refusal(_ settings: PushSettings, _ findings: [String]) -> ErrorAnswer {
        ErrorAnswer(
            .badRequest,
            "The endpoint \(settings.endpointBaseURL) has not agreed to get events, asked \(Self.attempts) times. "
                + findings.joined(separator: "; ") + ". It must answer, within 30 s, either OPTIONS with the header "
                + "'WebHook-Allowed-Origin: \(DeliveryHeaders.origin)' "
                + "(or '*'), or the POST of a \(ValidationEvent.type) with status 200 and "
                + #"{"validationResponse":"<the event's data.validationCode>"}."#)
    }
}
