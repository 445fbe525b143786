import Gridlog
import NIOCore

/// A connection, as the broker sees it: who is told what became of a request, and who waits for events.
///
/// One for the whole life of a connection, since a connection has one request at a time under way. A call that comes late, for a
/// request that was answered meanwhile, is recognised by the handler's state.
final class DataPlaneConnection: PublishCompletion, SettleCompletion, ReceiveWaiter {
    private let inbox: LoopInbox
    /// Touched on the event loop only.
    private let handler: NIOLoopBoundBox<DataPlaneHandler?>

    init(_ handler: DataPlaneHandler, on loop: any EventLoop, inbox: LoopInbox) {
        self.inbox = inbox
        self.handler = NIOLoopBoundBox(handler, eventLoop: loop)
    }

    /// The connection is gone: what still comes is dropped. On the event loop.
    func detach() {
        handler.value = nil
    }

    /// On the event loop.
    func deliver(_ result: LoopInbox.Result) {
        handler.value?.complete(result)
    }

    func publishDidSucceed() {
        inbox.post(.published, to: self)
    }

    func publishDidFail(_ error: GridlogError) {
        inbox.post(.failed(error), to: self)
    }

    func settleDidFinish(_ outcomes: [SettleOutcome]) {
        inbox.post(.settled(outcomes), to: self)
    }

    func settleDidFail(_ error: GridlogError) {
        inbox.post(.failed(error), to: self)
    }

    func wake() {
        inbox.post(.mayReceive, to: self)
    }
}
