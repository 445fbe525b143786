import NIOCore

/// Which addresses webhooks may be delivered to, so that nobody who may create a subscription reaches what only this
/// machine should.
///
/// By default those of the public Internet: not this machine, its link, its cloud's metadata, private networks, or
/// ranges that no host has. A range in ``allowed`` is permitted whatever it holds.
public struct AddressPolicy: Sendable, Hashable {
    /// Ranges that the operator lists.
    public var allowed: [AddressRange]
    /// Whether private networks are permitted: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and fc00::/7.
    public var allowsPrivate: Bool

    /// By default nothing but the public Internet.
    public init(allowed: [AddressRange] = [], allowsPrivate: Bool = false) {
        self.allowed = allowed
        self.allowsPrivate = allowsPrivate
    }

    /// Whether a connection to the address may be used.
    func permits(_ address: SocketAddress) -> Bool {
        IPAddress(address).map(permits) ?? false
    }

    /// False for a host that is an address, in any spelling, which may not be connected to. A name is judged by the
    /// address that the connection has.
    func permits(host: String) -> Bool {
        IPAddress(host: host).map(permits) ?? true
    }

    /// An IPv6 address that stands for IPv4 ones is permitted when they are, too.
    func permits(_ address: IPAddress) -> Bool {
        if allowed.contains(where: { $0.contains(address) }) { return true }
        if Self.forbidden.contains(where: { $0.contains(address) }) { return false }
        if !allowsPrivate, Self.privateNetworks.contains(where: { $0.contains(address) }) { return false }
        return address.embedded.allSatisfy { permits(.v4($0)) }
    }
}

extension AddressPolicy {
    static let privateNetworks = ranges(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"])

    static let forbidden = ranges([
        // This machine.
        "127.0.0.0/8", "::1", "0.0.0.0/8", "::",
        // Its link, and with it most clouds' metadata; the metadata that lies elsewhere.
        "169.254.0.0/16", "fe80::/10", "fd00:ec2::254", "100.100.100.200", "168.63.129.16",
        // Behind the provider's address translation.
        "100.64.0.0/10",
        // Many hosts at once.
        "224.0.0.0/4", "ff00::/8", "240.0.0.0/4",
        // Protocol assignments, documentation, benchmarks, discarded.
        "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32",
        "3fff::/20",
        "100::/64",
    ])

    private static func ranges(_ texts: [String]) -> [AddressRange] {
        texts.compactMap { try? AddressRange($0) }
    }
}
