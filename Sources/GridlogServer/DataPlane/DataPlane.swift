import Gridlog
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// What all connections of a server share: the broker, who may use it, and a way back from the committer to each event loop.
final class DataPlane: Sendable {
    let broker: Broker
    let access: AccessControl
    let logger: Logger
    private let inboxes = NIOLockedValueBox<[ObjectIdentifier: LoopInbox]>([:])

    init(broker: Broker, access: AccessControl, logger: Logger) {
        self.broker = broker
        self.access = access
        self.logger = logger
    }

    /// The inbox of an event loop.
    func inbox(of loop: any EventLoop) -> LoopInbox {
        inboxes.withLockedValue { inboxes in
            let id = ObjectIdentifier(loop)
            if let inbox = inboxes[id] { return inbox }
            let inbox = LoopInbox(loop)
            inboxes[id] = inbox
            return inbox
        }
    }

    private var allInboxes: [LoopInbox] { inboxes.withLockedValue { Array($0.values) } }

    // MARK: - Limits, beside those of `RequestLimits`

    /// Memory that a request's Content-Length reserves before its body comes, at most.
    static let claimedBytesMax = 128 << 10
    /// What is read and thrown away of a body that is refused, at most; then the connection is closed.
    static let discardedBytesMax = 8 << 20
    static let waitSecondsDefault = 60
    /// A connection may take this long between two requests, or to send one.
    static let idleSecondsMax: Int64 = 180
}

/// One wake-up for each event loop and group of commits, and one of the committer for what a loop has read at once.
extension DataPlane: CommitObserver {
    func answersWillBegin() {
        for inbox in allInboxes { inbox.hold() }
    }

    func answersDidEnd() {
        for inbox in allInboxes { inbox.letGo() }
    }

    /// A task of an event loop runs when all connections that had something to read were read.
    func gather(_ call: @escaping @Sendable () -> Void) {
        if let loop = MultiThreadedEventLoopGroup.currentEventLoop { loop.execute(call) } else { call() }
    }
}
