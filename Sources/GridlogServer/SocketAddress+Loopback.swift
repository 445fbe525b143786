import NIOCore

extension SocketAddress {
    /// Whether only this machine can reach the address: 127.0.0.0/8, ::1, 127.0.0.0/8 mapped into IPv6, or a Unix
    /// domain socket.
    var isLoopback: Bool {
        switch self {
        case .v4: ipAddress?.hasPrefix("127.") == true
        case .v6: ipAddress == "::1" || ipAddress?.hasPrefix("::ffff:127.") == true
        case .unixDomainSocket: true
        }
    }
}
