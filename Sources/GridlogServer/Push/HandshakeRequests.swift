import AsyncHTTPClient
import Gridlog
import NIOCore
import NIOHTTP1

/// The two requests of a handshake (contract 3.6). Delivery attributes that are the same for every event go along,
/// since a gateway may want one of them.
struct HandshakeRequests: Sendable {
    /// The way of CloudEvents.
    let options: HTTPClient.Request
    /// The way of Event Grid's own schema.
    let validation: HTTPClient.Request

    init(_ settings: PushSettings, endpoint: EndpointURL, subscription: String, event: ValidationEvent) {
        let common = DeliveryHeaders.every(subscription: subscription, authorization: endpoint.authorization)
        var validation = endpoint.request
        validation.headers = common
        validation.headers.add(contentsOf: [
            ("Content-Type", "application/json; charset=utf-8"), ("aeg-event-type", "SubscriptionValidation"),
            ("aeg-delivery-count", "0"), ("aeg-metadata-version", "1"), ("aeg-data-version", "1"),
        ])
        validation.body = .byteBuffer(ByteBuffer(bytes: event.body))
        var options = endpoint.options
        options.headers = common
        options.headers.add(name: "WebHook-Request-Origin", value: DeliveryHeaders.origin)
        for attribute in settings.deliveryAttributes {
            guard case .fixed(let value, _) = attribute.value else { continue }
            validation.headers.replaceOrAdd(name: attribute.name, value: value)
            options.headers.replaceOrAdd(name: attribute.name, value: value)
        }
        self.validation = validation
        self.options = options
    }
}
