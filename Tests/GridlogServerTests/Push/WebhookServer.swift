import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// An endpoint on loopback that keeps what it was asked, and answers as a test says.
final class WebhookServer: Sendable {
    struct Request: Sendable {
        let method: HTTPMethod
        let uri: String
        let headers: HTTPHeaders
        let body: String
    }

    enum Reply: Sendable {
        case answer(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: String = "")
        /// Closes the connection.
        case hangUp
        /// Leaves the request unanswered.
        case silence
    }

    let port: Int
    private let received: NIOLockedValueBox<[Request]>

    var requests: [Request] { received.withLockedValue { $0 } }

    private init(port: Int, received: NIOLockedValueBox<[Request]>) {
        self.port = port
        self.received = received
    }

    /// Runs the body with a server on 127.0.0.1.
    static func run(
        _ reply: @escaping @Sendable (Request) -> Reply = { _ in .answer(.ok) },
        _ body: (WebhookServer) async throws -> Void
    ) async throws {
        let received = NIOLockedValueBox<[Request]>([])
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(received: received, reply: reply))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(WebhookServer(port: channel.localAddress?.port ?? 0, received: received)))
        } catch {
            result = .failure(error)
        }
        try await channel.close()
        try result.get()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let received: NIOLockedValueBox<[Request]>
        private let reply: @Sendable (Request) -> Reply
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(received: NIOLockedValueBox<[Request]>, reply: @escaping @Sendable (Request) -> Reply) {
            self.received = received
            self.reply = reply
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body.clear()
            case .body(var part): body.writeBuffer(&part)
            case .end:
                guard let head else { return }
                let request = Request(
                    method: head.method, uri: head.uri, headers: head.headers, body: String(buffer: body))
                received.withLockedValue { $0.append(request) }
                send(reply(request), context)
            }
        }

        private func send(_ reply: Reply, _ context: ChannelHandlerContext) {
            switch reply {
            case .hangUp: context.close(promise: nil)
            case .silence: break
            case .answer(let status, var headers, let body):
                headers.add(name: "content-length", value: String(body.utf8.count))
                let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
