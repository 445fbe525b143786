import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Speaks to a running server: one request at a time, an answer or a ``CommandFailure`` that says why there is none.
struct BrokerClient {
    /// The server.
    let address: BrokerAddress
    private let key: String?
    private let timeout: Duration
    private let http: HTTPClient

    /// An answer never holds more than 100 events of 1 MiB, in base64 at worst, and their envelopes.
    static let largestAnswer = 192 << 20
    static let apiVersion = (name: "api-version", value: "2024-06-01")

    /// Runs `body` with a client and closes its connections afterwards.
    static func with(
        address: BrokerAddress, key: String?, timeout: Duration, _ body: (BrokerClient) async throws -> Void
    ) async throws {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A refused connection is an answer for the user, not something to try again until the time is up.
        configuration.connectionPool.retryConnectionEstablishment = false
        try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await body(BrokerClient(address: address, key: key, timeout: timeout, http: http))
        }
    }

    /// The same client with another timeout.
    func patient(for timeout: Duration) -> BrokerClient {
        BrokerClient(address: address, key: key, timeout: timeout, http: http)
    }

    /// Sends one request of the data plane, a POST on `path` with `verb`.
    ///
    /// - Parameter patience: how much longer than the timeout the server may take, for a receive that waits.
    /// - Returns: the document of a 200.
    func post(
        path: [String], verb: String, query: [(name: String, value: String)] = [], contentType: String? = nil,
        body: [UInt8] = [], patience: Duration = .zero
    ) async throws(CommandFailure) -> JSONText {
        let url = address.url(path: path, verb: verb, query: [Self.apiVersion] + query)
        return try await send(.POST, url: url, contentType: contentType, body: body, patience: patience)
    }

    /// Sends one request of the control plane.
    ///
    /// - Returns: the document of a 200 or 201; the empty object for a 204.
    func send(
        _ method: HTTPMethod, url: String, contentType: String? = nil, body: [UInt8]? = nil, patience: Duration = .zero
    ) async throws(CommandFailure) -> JSONText {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "gridlog/\(GridlogCommand.version)")
        if let key { request.headers.add(name: "authorization", value: "SharedAccessKey \(key)") }
        if let contentType { request.headers.add(name: "content-type", value: contentType) }
        if let body { request.body = .bytes(body) }
        let (status, answer) = try await answer(to: request, within: timeout + patience)
        guard (200..<300).contains(status) else { throw Self.refusal(status: status, body: answer) }
        if answer.readableBytes == 0 { return JSONText("{}") }
        let document = JSONText(Array(answer.readableBytesView)[...])
        guard document.isObject else {
            throw CommandFailure(
                status: .failure, message: "the answer of \(address.origin) is no JSON object; is it a Gridlog server?")
        }
        return document
    }

    private func answer(
        to request: HTTPClientRequest, within limit: Duration
    ) async throws(CommandFailure) -> (status: Int, body: ByteBuffer) {
        do {
            let nanoseconds = limit.components.seconds * 1_000_000_000 + limit.components.attoseconds / 1_000_000_000
            let response = try await http.execute(request, deadline: .now() + .nanoseconds(nanoseconds))
            return (Int(response.status.code), try await response.body.collect(upTo: Self.largestAnswer))
        } catch {
            throw Self.silence(of: address, error: error, limit: limit)
        }
    }
}
