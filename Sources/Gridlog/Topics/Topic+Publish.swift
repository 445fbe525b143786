public import CloudEvents
import EventLog
import Storage

extension Topic {
    /// Publishes the events of a structured or batch body: all of them, or none.
    ///
    /// Checks the body on the calling thread, O(bytes); returns as soon as it is queued. The completion is called when the
    /// events are as durable as the topic promises. An empty batch succeeds at once.
    ///
    /// - Parameter scanner: kept by the caller, so that its memory is used again.
    /// - Throws: ``GridlogError``; then the completion is not called, and nothing was published.
    public func publish(
        _ publication: consuming Publication, scanner: inout EventScanner, completion: any PublishCompletion
    ) throws(GridlogError) {
        let context = try context
        let count = try publication.seal(with: &scanner)
        guard count > 0 else { return completion.publishDidSucceed() }
        context.log.appendEvents(publication.frame, count: count, ticket: PublishTicket(completion))
    }

    /// Publishes one event that came in binary content mode (HTTP protocol binding section 3.1).
    ///
    /// - Parameter headers: all headers of the request; names in any case.
    public func publishBinary(
        headers: some Sequence<(name: String, value: String)>, body: RawSpan, scanner: inout EventScanner,
        completion: any PublishCompletion
    ) throws(GridlogError) {
        let context = try context
        var event: [UInt8] = []
        do {
            try scanner.scan(headers: headers, body: body, structured: &event)
        } catch {
            throw GridlogError(error)
        }
        let publication = Publication(capacity: event.count)
        unsafe publication.append(event.span.bytes)
        EventRecords.append(scanner.events, to: publication.frame)
        context.log.appendEvents(publication.frame, count: 1, ticket: PublishTicket(completion))
    }

    /// Publishes events: all of them, or none. Returns when they are as durable as the topic promises.
    public func publish(_ events: [CloudEvent]) async throws {
        let body = EventFormat.encodeBatch(events)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let publication = Publication(capacity: body.count)
            unsafe publication.append(body.span.bytes)
            var scanner = EventScanner()
            do {
                try publish(publication, scanner: &scanner, completion: ContinuationCompletion(continuation))
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Publishes one event. Returns when it is as durable as the topic promises.
    public func publish(_ event: CloudEvent) async throws {
        try await publish([event])
    }
}

private final class ContinuationCompletion: PublishCompletion {
    private let continuation: CheckedContinuation<Void, any Error>

    init(_ continuation: CheckedContinuation<Void, any Error>) {
        self.continuation = continuation
    }

    func publishDidSucceed() {
        continuation.resume()
    }

    func publishDidFail(_ error: GridlogError) {
        continuation.resume(throwing: error)
    }
}
