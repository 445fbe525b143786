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
        let result = try context.addressing.withLock { _ throws(GridlogError) in
            try noteAddressed(below: .max)
            context.apply(addressedBelow: .max)
            let ticket = BlockingTicket()
            context.log.appendEvents(publication.frame, count: count, addressee: addressee, ticket: ticket)
            if !environment.hasThreads { context.owner?.runCommitter() }
            let result = ticket.wait()
            let tail = context.log.tail
            context.apply(addressedBelow: tail)
            try noteAddressed(below: tail)
            return result
        }
        if case .failure(let error) = result { throw GridlogError(error) }
    }

    private func noteAddressed(below sequence: UInt64) throws(GridlogError) {
        try catalog.change { catalog in
            guard let position = catalog.topics.firstIndex(where: { $0.id == id }) else { return }
            catalog.topics[position].addressedBelow = sequence
        }
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
