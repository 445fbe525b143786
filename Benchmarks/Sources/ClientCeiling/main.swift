import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

// What async-http-client alone sends to an endpoint: one KiB a request, 64 under way, answers thrown away.
//
//     swift run -c release ClientCeiling URL [seconds, default: 5]

/// Looks at the status only.
final class Ignored: HTTPClientResponseDelegate {
    typealias Response = Void

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws {}
}

/// Sends one request after the other.
final class Lane: Sendable {
    private let client: HTTPClient
    private let request: HTTPClient.Request
    private let count: Atomic<Int>

    init(_ client: HTTPClient, _ url: String) throws {
        self.client = client
        request = try HTTPClient.Request(
            url: url, method: .POST, headers: ["content-type": "application/cloudevents+json; charset=utf-8"],
            body: .byteBuffer(ByteBuffer(repeating: UInt8(ascii: "x"), count: 1_024)))
        count = Atomic(0)
    }

    var done: Int { count.load(ordering: .relaxed) }

    func send() {
        client.execute(request: request, delegate: Ignored(), deadline: .now() + .seconds(30)).futureResult.whenComplete
        {
            result in
            guard case .success = result else { return }
            self.count.wrappingAdd(1, ordering: .relaxed)
            self.send()
        }
    }
}

guard let url = CommandLine.arguments.dropFirst().first else {
    print("usage: ClientCeiling URL [seconds]")
    throw CancellationError()
}
let seconds = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 5
let loops = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
var configuration = HTTPClient.Configuration(
    redirectConfiguration: .disallow,
    connectionPool: .init(idleTimeout: .seconds(60), concurrentHTTP1ConnectionsPerHostSoftLimit: 64),
    decompression: .disabled)
configuration.httpVersion = .http1Only
let client = HTTPClient(eventLoopGroup: loops, configuration: configuration)
let lanes = try (0..<64).map { _ in try Lane(client, url) }
for lane in lanes { lane.send() }
func total() -> Int { lanes.reduce(0) { $0 + $1.done } }
try await Task.sleep(for: .seconds(1))
let before = total()
try await Task.sleep(for: .seconds(seconds))
print((total() - before) / seconds)
try? await client.shutdown()
