public import CloudEvents
import Storage
import Synchronization

/// An event that was handed out, for those who embed the broker.
public struct ReceivedEvent: Sendable {
    /// The event.
    public let event: CloudEvent
    /// Names this delivery; give it back to acknowledge, release or reject.
    public let lockToken: String
    /// How many times the event was handed out, this time included.
    public let deliveryCount: Int
    /// Its ordinal in the topic's log.
    public let sequence: UInt64
}

extension EventSubscription {
    /// Locks and returns up to `maxEvents` events (1 to 100). When there are none, waits up to `maxWaitTime` for some; the result
    /// is empty when the time is over.
    public func receive(maxEvents: Int = 1, maxWaitTime: Duration = .zero) async throws -> [ReceivedEvent] {
        let deadline = ContinuousClock.now + maxWaitTime
        while true {
            let waiter = maxWaitTime > .zero && ContinuousClock.now < deadline ? TaskWaiter() : nil
            let events = try receive(maxEvents: maxEvents, orWait: waiter)
            if events.isIncomplete {
                await Task.yield()
                continue
            }
            guard events.isEmpty, let waiter else { return try decode(events) }
            guard await waiter.wait(until: deadline) else {
                stopWaiting(waiter)
                try Task.checkCancellation()
                continue
            }
        }
    }

    private func decode(_ events: ReceivedEvents) throws -> [ReceivedEvent] {
        var received: [ReceivedEvent] = []
        var failure: EventError?
        try events.forEach { event, lockToken, json in
            do throws(EventError) {
                received.append(
                    ReceivedEvent(
                        event: try CloudEvent(json: json),
                        lockToken: String(decoding: lockToken.array(), as: UTF8.self),
                        deliveryCount: event.deliveryCount, sequence: event.sequence))
            } catch {
                failure = error
            }
        }
        if let failure { throw GridlogError(failure) }
        return received
    }

    /// The events are done: they are never delivered again on this subscription. Durable when it returns.
    ///
    /// - Returns: one outcome for each token.
    @discardableResult
    public func acknowledge(_ lockTokens: [String]) async throws -> [SettleOutcome] {
        try await settle(.acknowledge, lockTokens)
    }

    /// The events are to be delivered again, at once or after a delay.
    @discardableResult
    public func release(_ lockTokens: [String], delay: ReleaseDelay = .none) async throws -> [SettleOutcome] {
        try await settle(.release(delay), lockTokens)
    }

    /// The events cannot be handled: they are not delivered again on this subscription.
    @discardableResult
    public func reject(_ lockTokens: [String]) async throws -> [SettleOutcome] {
        try await settle(.reject, lockTokens)
    }

    /// Extends the locks to one lock duration from now.
    @discardableResult
    public func renewLocks(_ lockTokens: [String]) throws -> [SettleOutcome] {
        try renewLocks(tokens(lockTokens))
    }

    private func tokens(_ texts: [String]) -> LockTokens {
        var tokens = lockTokens()
        for text in texts { tokens.append(text) }
        return tokens
    }

    private func settle(_ action: SettleAction, _ texts: [String]) async throws -> [SettleOutcome] {
        try await withCheckedThrowingContinuation { continuation in
            settle(action, tokens(texts), completion: ContinuationCompletion(continuation))
        }
    }
}

private final class ContinuationCompletion: SettleCompletion {
    private let continuation: CheckedContinuation<[SettleOutcome], any Error>

    init(_ continuation: CheckedContinuation<[SettleOutcome], any Error>) {
        self.continuation = continuation
    }

    func settleDidFinish(_ outcomes: [SettleOutcome]) {
        continuation.resume(returning: outcomes)
    }

    func settleDidFail(_ error: GridlogError) {
        continuation.resume(throwing: error)
    }
}
