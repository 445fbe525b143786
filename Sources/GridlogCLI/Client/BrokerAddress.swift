import Foundation

/// The server's URL, and the addresses of its resources below it.
struct BrokerAddress: Equatable, Sendable {
    /// Scheme, host and port, such as `http://127.0.0.1:6500`.
    let origin: String
    /// Name or address of the host, without the brackets of an IPv6 address.
    let host: String
    /// The port, that of the scheme when the URL names none.
    let port: Int
    /// The path in front of every other, empty or `/ns1`, without a slash at its end.
    let prefix: String

    init(_ text: String) throws(CommandFailure) {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = url.percentEncodedHost, !host.isEmpty,
            (1...65_535).contains(url.port ?? 80), url.query == nil, url.fragment == nil, url.user == nil
        else {
            throw CommandFailure(
                status: .usage,
                message: "'\(text)' is no server's URL; give one such as http://127.0.0.1:6500 or http://host:6500/ns1")
        }
        var prefix = url.percentEncodedPath
        while prefix.hasSuffix("/") { prefix.removeLast() }
        self.origin = "\(scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "")
        self.host = String(host.drop { $0 == "[" }.prefix { $0 != "]" })
        self.port = url.port ?? (scheme == "https" ? 443 : 80)
        self.prefix = prefix
    }

    /// The connection has to be encrypted.
    var isSecure: Bool { origin.hasPrefix("https:") }

    /// Host and port as the URL has them, for the field `Host`.
    var authority: Substring { origin[origin.utf8.index(origin.startIndex, offsetBy: isSecure ? 8 : 7)...] }

    /// The URL of a resource: each of `path` is one segment, percent-encoded, and `verb` follows the last after a colon.
    func url(path: [String], verb: String? = nil, query: [(name: String, value: String)] = []) -> String {
        var url = origin + prefix
        for segment in path { url += "/" + BrokerAddress.encoded(segment) }
        if let verb { url += ":" + verb }
        for (position, item) in query.enumerated() {
            url += (position == 0 ? "?" : "&") + item.name + "=" + BrokerAddress.encoded(item.value)
        }
        return url
    }

    /// Where a list goes on. Only path and query of the link are followed, on this server: the key goes nowhere else.
    func url(following link: String) -> String? {
        guard let target = URLComponents(string: link), target.percentEncodedPath.hasPrefix("/") else { return nil }
        return origin + target.percentEncodedPath + (target.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}
