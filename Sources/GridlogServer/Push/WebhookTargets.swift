import Gridlog
import NIOCore

/// Delivers the events of push subscriptions to webhooks (contract 3).
final class WebhookTargets: PushTargets {
    private let client: WebhookClient
    private let now: @Sendable () -> UInt64

    /// - Parameters:
    ///   - loops: where connections live; must outlive ``shutdown()``.
    ///   - addresses: where events may be delivered to.
    ///   - now: nanoseconds since 1970.
    ///   - limit: how long a whole exchange may take.
    init(
        loops: any EventLoopGroup, addresses: AddressPolicy, now: @escaping @Sendable () -> UInt64,
        limit: TimeAmount = WebhookClient.exchangeLimit
    ) {
        client = WebhookClient(loops: loops, addresses: addresses, limit: limit)
        self.now = now
    }

    /// Asks endpoints whether they want events, over the same connections.
    var handshake: WebhookHandshake { WebhookHandshake(client) }

    func target(_ settings: PushSettings, subscription: String, topic: String) -> any PushTarget {
        WebhookTarget(settings, subscription: subscription, client: client, now: now)
    }

    /// Must be called before the targets are forgotten, not on an event loop; nothing happens when it is called again.
    func shutdown() {
        client.shutdown()
    }
}
