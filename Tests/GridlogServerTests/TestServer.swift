import AsyncHTTPClient
import Foundation
import Gridlog
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Testing

@testable import GridlogServer

/// A server on a free port with a data directory of its own, and a client of it.
struct TestServer {
    let port: Int
    let keys: AccessKeys
    let broker: Broker
    private let group: ServiceGroup

    /// Runs the body with a server, and shuts the server down.
    @discardableResult
    static func run<Value: Sendable>(
        requiresKeys: Bool = false, defaultDurability: Durability = .durable,
        handshake: (any EndpointHandshake)? = nil, _ body: (TestServer) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { directory in
            let broker = try Broker.open(directory)
            let keys = try AccessKeys.load(fromDirectory: directory)
            let (ports, listening) = AsyncStream.makeStream(of: Int.self)
            var server = try BrokerServer(
                broker: broker, keys: keys,
                configuration: ServerConfiguration(
                    port: 0, requiresKeys: requiresKeys, defaultDurability: defaultDurability),
                logger: .silent,
                onListening: { _, port in listening.yield(port) })
            server.handshake = handshake
            let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [server], logger: .silent))
            async let running: Void = group.run()
            let port = try #require(await ports.first { _ in true })
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(TestServer(port: port, keys: keys, broker: broker, group: group)))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await running
            return try result.get()
        }
    }

    /// What SIGTERM does.
    func shutDown() async {
        await group.triggerGracefulShutdown()
    }

    /// Sends a request with a body of JSON, or none.
    func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        request.headers = HTTPHeaders(headers)
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 8 * 1_048_576)
        return Answer(
            status: Int(response.status.code), headers: response.headers, bytes: Array(bytes.readableBytesView))
    }
}

/// What a server answered.
struct Answer {
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]

    /// The body; null when there is none.
    var document: JSONValue {
        get throws { bytes.isEmpty ? .null : try JSONValue(parsing: bytes) }
    }

    /// `error.code` of the body, if the header says the same.
    var errorCode: String? {
        get throws {
            guard case .string(let code)? = try document["error"]?["code"] else { return nil }
            return headers.first(name: "x-ms-error-code") == code ? code : nil
        }
    }

    var errorMessage: String {
        get throws {
            guard case .string(let message)? = try document["error"]?["message"] else { return "" }
            return message
        }
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
