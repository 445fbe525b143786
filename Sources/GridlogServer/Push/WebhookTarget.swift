import AsyncHTTPClient
import Gridlog
import NIOCore

/// One webhook of one event subscription (contract 3.5).
final class WebhookTarget: PushTarget {
    /// How deliveries begin; or, when settings say what no request can be made of, how they all end.
    private enum Plan {
        case send(HTTPClient.Request, DeliveryHeaders)
        case refuse(PushOutcome)
    }

    private let plan: Plan
    private let client: WebhookClient
    private let now: @Sendable () -> UInt64

    /// - Parameter now: nanoseconds since 1970.
    init(_ settings: PushSettings, subscription: String, client: WebhookClient, now: @escaping @Sendable () -> UInt64) {
        self.client = client
        self.now = now
        do {
            let endpoint = try EndpointURL(settings.endpointURL, addresses: client.addresses)
            let isSigned = !settings.signingSecrets.isEmpty
            let signature = isSigned ? WebhookSignature(secrets: settings.signingSecrets) : nil
            // Never unsigned when a signature is wanted.
            guard !isSigned || signature != nil else {
                plan = .refuse(.connectionFailed)
                return
            }
            plan = .send(
                endpoint.request,
                DeliveryHeaders(
                    subscription: subscription, authorization: endpoint.authorization, signature: signature))
        } catch {
            plan = .refuse(error == EndpointURL.forbidden ? .forbiddenAddress : .connectionFailed)
        }
    }

    func deliver(_ delivery: PushDelivery, completion: @escaping @Sendable (PushOutcome) -> Void) {
        switch plan {
        case .send(var request, let headers):
            let now = now()
            request.headers = headers.headers(of: delivery, now: now)
            request.body = .byteBuffer(ByteBuffer(bytes: delivery.body))
            client.execute(request, isTrial: delivery.isTrial, DeliveryAnswer(now: now)).whenComplete { result in
                switch result {
                case .success(let outcome): completion(outcome)
                case .failure(let failure): completion(PushOutcome(failure: failure))
                }
            }
        case .refuse(let outcome):
            // Not within the call: the caller may hold a lock.
            client.loop.execute { completion(outcome) }
        }
    }
}
