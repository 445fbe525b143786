import NIOCore

/// Lets whole answers out of a connection as the bytes that they are: it stands before the handlers that encode HTTP.
final class AnswerOutlet: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func write(_ bytes: ByteBuffer) {
        context?.write(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
    }

    /// Sends it with what was written before.
    func writeAndFlush(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>? = nil) {
        context?.writeAndFlush(wrapOutboundOut(.byteBuffer(bytes)), promise: promise)
    }
}
