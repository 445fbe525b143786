public import Gridlog
import NIOCore

/// Where a server listens, and whom it lets in.
public struct ServerConfiguration: Sendable {
    /// A name or an address.
    public var host: String
    /// 0 lets the system pick a free one.
    public var port: Int
    /// Requests must carry an access key. Without it the server listens on loopback only.
    public var requiresKeys: Bool
    /// The durability level of a topic whose resource names none.
    public var defaultDurability: Durability
    /// Which addresses webhooks may be delivered to: by default those of the public Internet.
    public var webhookAddresses: AddressPolicy

    /// By default the server is for this machine only.
    public init(
        host: String = "127.0.0.1", port: Int = 6_500, requiresKeys: Bool = false,
        defaultDurability: Durability = .durable, webhookAddresses: AddressPolicy = AddressPolicy()
    ) {
        self.host = host
        self.port = port
        self.requiresKeys = requiresKeys
        self.defaultDurability = defaultDurability
        self.webhookAddresses = webhookAddresses
    }

    /// Refuses what must not be served: other machines without keys. Blocks while the host's name is looked up.
    /// - Throws: ``StartFailure`` also when the host or the port is none.
    public func check() throws(StartFailure) {
        guard (0...65_535).contains(port) else { throw StartFailure("the port must be from 0 to 65535, not \(port)") }
        let address: SocketAddress
        do {
            address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        } catch {
            throw StartFailure("the host '\(host)' is unknown; give a name or an address of this machine")
        }
        guard requiresKeys || address.isLoopback else {
            throw StartFailure(
                "'\(host)' can be reached from other machines: add --require-keys, or listen on 127.0.0.1")
        }
    }
}
