import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Puts a ``DataPlaneHandler`` in its place, and goes.
///
/// Hummingbird lets handlers be added behind its codec for the types that it works with. The data plane does not need them: it
/// reads what the decoder of NIO read, and writes bytes.
final class DataPlaneInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let dataPlane: DataPlane

    init(_ dataPlane: DataPlane) {
        self.dataPlane = dataPlane
    }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            let pipeline = context.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            let outlet = AnswerOutlet()
            try pipeline.addHandler(outlet, position: .first)
            try pipeline.addHandler(DataPlaneHandler(dataPlane, outlet: outlet), position: .before(codec))
            pipeline.removeHandler(context: context, promise: nil)
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }
}
