import NIOCore
import NIOHTTP1
import NIOPosix

// What HTTP costs here: reads each request to its end, throws the body away, and answers `{}`. No route, no disk.
//
//     swift run -c release CeilingServer [loops, default: one a core]

/// Answers every request with `{}`, and with one write for its head, body and end.
final class EmptyAnswers: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var isKeptAlive = true
    private var body = ByteBuffer(string: "{}")

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): isKeptAlive = head.isKeepAlive
        case .body: break
        case .end:
            let headers: HTTPHeaders = ["content-type": "application/json", "content-length": "2"]
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

let loops = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? System.coreCount
let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, loops))
let server = try ServerBootstrap(group: group)
    .serverChannelOption(.backlog, value: 256)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false)
            try channel.pipeline.syncOperations.addHandler(EmptyAnswers())
        }
    }
    .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
    .bind(host: "127.0.0.1", port: 0).wait()
print("ceiling listening on http://127.0.0.1:\(server.localAddress?.port ?? 0)")
fflush(nil)
try server.closeFuture.wait()
