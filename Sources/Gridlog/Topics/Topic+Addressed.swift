import CloudEvents
import EventLog
import Storage

/// Frames that are meant for one event subscription: the others pass over them.
extension Topic {
    /// Appends events for one event subscription, or for nobody. Durable when it returns. Blocking; not for the committer's thread.
    ///
    /// Subscriptions without a filter look at no event before they hand it out; so first the catalog says that there may be such
    /// frames, and after the last one, up to where.
    func append(_ events: [CloudEvent], to addressee: UInt32) throws(GridlogError) {
        var publication = Publication(events)
        var scanner = EventScanner(limits: .internal)
        let count = try publication.seal(with: &scanner)
        guard count > 0 else { return }
        let context = try context
        try beginAddressing(context)
        let ticket = BlockingTicket()
        context.log.appendEvents(publication.frame, count: count, addressee: addressee, ticket: ticket)
        if !environment.hasThreads { context.owner?.runCommitter() }
        let result = ticket.wait()
        try endAddressing(context)
        if case .failure(let error) = result { throw GridlogError(error) }
    }

    private func beginAddressing(_ context: TopicContext) throws(GridlogError) {
        guard context.addressing.withLock({ $0.begin() }) else { return }
        do {
            try noteAddressed(below: .max)
        } catch {
            _ = context.addressing.withLock { $0.end(at: context.log.tail) }
            throw error
        }
        context.applyAddressing()
    }

    private func endAddressing(_ context: TopicContext) throws(GridlogError) {
        guard let end = context.addressing.withLock({ $0.end(at: context.log.tail) }) else { return }
        context.applyAddressing()
        try noteAddressed(below: end)
    }

    private func noteAddressed(below sequence: UInt64) throws(GridlogError) {
        try catalog.change { catalog in
            guard let position = catalog.topics.firstIndex(where: { $0.id == id }) else { return }
            catalog.topics[position].addressedBelow = sequence
        }
    }
}

/// Where in a topic's log there may be frames that are not for everybody.
struct Addressing {
    /// None at or past it.
    private(set) var below: UInt64
    /// Appends of such frames under way.
    private var underWay = 0

    init(below: UInt64) {
        self.below = below
    }

    /// - Returns: whether it was none before.
    mutating func begin() -> Bool {
        underWay += 1
        guard underWay == 1 else { return false }
        below = .max
        return true
    }

    /// - Returns: the new bound, when that was the last one.
    mutating func end(at tail: UInt64) -> UInt64? {
        underWay -= 1
        guard underWay == 0 else { return nil }
        below = tail
        return tail
    }
}

extension Publication {
    /// A batch of events.
    init(_ events: [CloudEvent]) {
        let body = EventFormat.encodeBatch(events)
        self.init(capacity: body.count)
        unsafe append(body.span.bytes)
    }
}

/// Lets a thread wait for the log.
private final class BlockingTicket: AppendTicket {
    private let signal = Signal()
    private let result = Guarded<Result<Void, LogError>?>(nil)

    func appendDidCommit(firstSequence: UInt64) { finish(.success(())) }

    func appendDidFail(_ error: LogError) { finish(.failure(error)) }

    private func finish(_ result: Result<Void, LogError>) {
        signal.withLock { self.result.withLock { $0 = result } }
        signal.wake()
    }

    func wait() -> Result<Void, LogError> {
        _ = signal.wait(nanoseconds: nil) { result.withLock { $0 != nil } }
        return result.withLock { $0 } ?? .success(())
    }
}
