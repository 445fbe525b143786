import AsyncHTTPClient
import NIOHTTP1

/// Where a webhook listens, read from the text of a push subscription.
struct EndpointURL: Sendable {
    /// The longest text, in characters.
    static let lengthMax = 2_048

    /// A `POST` without headers and body; its URL has no user information.
    let request: HTTPClient.Request
    /// An `OPTIONS` like it.
    let options: HTTPClient.Request
    /// The value of `Authorization`, made of the user information; `nil` when there is none.
    let authorization: String?

    /// Reads the URL and judges a host that is an address.
    /// - Throws: ``ErrorAnswer``, 400, with a text that has nothing of the URL's secrets in it (contract, decision 31).
    init(_ text: String, addresses: AddressPolicy) throws(ErrorAnswer) {
        try Self.checkCharacters(text)
        guard let schemeEnd = text.firstRange(of: "://"),
            ["https", "http"].contains(text[..<schemeEnd.lowerBound].lowercased())
        else { throw Self.refusal("must begin with https:// or http://") }
        let rest = text[schemeEnd.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let at = authority.lastIndex(of: "@")
        authorization = try at.map { at throws(ErrorAnswer) in try Self.authorization(authority[..<at]) }
        let hostStart = at.map(authority.index(after:)) ?? authority.startIndex
        try Self.checkHostAndPort(authority[hostStart...])
        let url = String(text[..<schemeEnd.upperBound] + rest[hostStart...])
        guard let request = try? HTTPClient.Request(url: url, method: .POST),
            let options = try? HTTPClient.Request(url: url, method: .OPTIONS)
        else { throw Self.refusal("is no URL: the host or the path has a character that must be percent-encoded") }
        self.request = request
        self.options = options
        guard addresses.permits(host: request.host) else { throw Self.forbidden }
    }

    /// The answer when the endpoint's address may not be connected to.
    static let forbidden = refusal(
        "leads to an address of this machine or of a private network, which is not allowed; to allow it, list the "
            + "address or its range with gridlog serve --allow-webhook-to")

    private static func refusal(_ reason: String) -> ErrorAnswer {
        ErrorAnswer(.badRequest, "The endpoint URL \(reason).")
    }

    private static func checkCharacters(_ text: String) throws(ErrorAnswer) {
        guard text.unicodeScalars.count <= lengthMax else { throw refusal("must have at most \(lengthMax) characters") }
        for scalar in text.unicodeScalars {
            if scalar == "#" { throw refusal("must have no fragment: a '#' stands in it") }
            if scalar.properties.isWhitespace || scalar.properties.generalCategory == .control || scalar == "\\" {
                throw refusal("must have no spaces, control characters or backslashes; percent-encode them")
            }
        }
    }

    /// Basic credentials (RFC 7617).
    private static func authorization(_ userInformation: Substring) throws(ErrorAnswer) -> String {
        let parts = userInformation.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = PercentCoding.decode(parts[0]),
            let password = parts.count == 2 ? PercentCoding.decode(parts[1]) : ""
        else { throw refusal("has a user or a password that is not percent-encoded UTF-8") }
        return "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))"
    }

    private static func checkHostAndPort(_ text: Substring) throws(ErrorAnswer) {
        let host: Substring
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[...end]
            guard case .v6? = IPAddress(host.dropFirst().dropLast()) else {
                throw refusal("must have an IPv6 address between the brackets")
            }
        } else {
            host = text.prefix { $0 != ":" }
            guard !host.isEmpty else { throw refusal("must have a host") }
            guard !host.contains("%"), !host.contains("["), !host.contains("]") else {
                throw refusal("must have a host that is a name or an address")
            }
        }
        let port = text[host.endIndex...]
        guard !port.isEmpty else { return }
        guard port.first == ":", port.dropFirst().utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let number = UInt16(port.dropFirst()), number > 0
        else { throw refusal("must have a port from 1 to 65535, or none") }
    }
}
