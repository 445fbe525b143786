import CloudEvents
import Gridlog
import NIOHTTP1

/// The headers of the deliveries of one event subscription (contract 3.5).
struct DeliveryHeaders: Sendable {
    /// Who asks and who sends, as in the handshake (contract 3.6).
    static let origin = "eventgrid.azure.net"

    private let common: HTTPHeaders
    private let signature: WebhookSignature?

    /// - Parameters:
    ///   - authorization: the value of `Authorization`, which a delivery attribute of that name replaces.
    ///   - signature: `nil` when deliveries are not signed.
    init(subscription: String, authorization: String?, signature: WebhookSignature?) {
        var common = Self.every(subscription: subscription, authorization: authorization)
        common.add(name: "aeg-event-type", value: "Notification")
        common.add(name: "aeg-metadata-version", value: "1.0")
        common.add(name: "WebHook-Request-Origin", value: Self.origin)
        self.common = common
        self.signature = signature
    }

    /// The headers of any request to an endpoint.
    static func every(subscription: String, authorization: String?) -> HTTPHeaders {
        var headers: HTTPHeaders = ["User-Agent": "gridlog", "aeg-subscription-name": subscription.uppercased()]
        if let authorization { headers.add(name: "Authorization", value: authorization) }
        return headers
    }

    /// - Parameter now: nanoseconds since 1970, for the signature.
    func headers(of delivery: PushDelivery, now: UInt64) -> HTTPHeaders {
        var headers = common
        headers.add(
            name: "Content-Type", value: delivery.isBatch ? EventFormat.batchContentType : EventFormat.contentType)
        headers.add(name: "aeg-delivery-count", value: String(delivery.attempts))
        if let signature {
            let timestamp = now / 1_000_000_000
            headers.add(name: "webhook-id", value: delivery.id)
            headers.add(name: "webhook-timestamp", value: String(timestamp))
            headers.add(
                name: "webhook-signature",
                value: signature.value(id: delivery.id, timestamp: timestamp, body: delivery.body))
        }
        for header in delivery.headers { headers.replaceOrAdd(name: header.name, value: header.value) }
        return headers
    }
}
