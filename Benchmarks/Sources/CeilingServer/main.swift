import NIOCore
import NIOHTTP1
import NIOPosix

// What HTTP costs here: reads each request to its end, throws the body away, and answers `{}`. No route, no disk.
//
//     swift run -c release CeilingServer [loops, default: one a core] [webhook]
//
// As a webhook it also says, with every answer, that it wants events.

/// Answers every request with `{}`, and with one write for its head, body and end.
final class EmptyAnswers: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let headers: HTTPHeaders
    private var isKeptAlive = true
    private var body = ByteBuffer(string: "{}")

    init(isWebhook: Bool) {
        var headers: HTTPHeaders = ["content-type": "application/json", "content-length": "2"]
        if isWebhook { headers.add(name: "webhook-allowed-origin", value: "*") }
        self.headers = headers
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): isKeptAlive = head.isKeepAlive
        case .body: break
        case .end:
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            if !isKeptAlive { context.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

let isWebhook = CommandLine.arguments.contains("webhook")
let loops = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? System.coreCount
let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, loops))
let server = try ServerBootstrap(group: group)
    .serverChannelOption(.backlog, value: 256)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false)
            try channel.pipeline.syncOperations.addHandler(EmptyAnswers(isWebhook: isWebhook))
        }
    }
    .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
    .bind(host: "127.0.0.1", port: 0).wait()
print("ceiling listening on http://127.0.0.1:\(server.localAddress?.port ?? 0)")
fflush(nil)
try server.closeFuture.wait()
