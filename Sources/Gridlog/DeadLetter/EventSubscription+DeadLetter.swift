import CloudEvents
import DeliveryIndex
import EventLog
import Storage

/// The way of an event that cannot be delivered to its dead-letter destination: it is copied, and only when the copy is durable, settled.
extension EventSubscription {
    /// Whether there is something to copy now.
    func hasDeadLettersDue(_ state: borrowing State) -> Bool {
        state.index.deadLetterPendingCount > 0 && !state.deadLetters.isCopying && !state.isRetired
            && state.deadLetters.nextAttempt <= context.clock.bootTime
    }

    /// Copies a batch of what waits for it; the housekeeper is then asked for the next. What the destination refuses is tried again later.
    /// Blocking: on the housekeeper's thread.
    func copyDeadLetters() {
        guard let pending = takeDeadLetters() else { return }
        var batch = DeadLetterBatch(pending: pending)
        guard let destination = settings.deadLetter else { return finishCopying(batch, isCopied: false) }
        do throws(GridlogError) {
            try read(&batch)
        } catch {
            // As for a receiver that needs these events.
            context.fence(error)
            return retryCopying(batch, error)
        }
        // When their segments are gone there is nothing to copy.
        guard !batch.copies.isEmpty else { return finishCopying(batch, isCopied: false) }
        do throws(GridlogError) {
            let store = try deadLetterStore(destination)
            store.write(batch.copies) { [self, batch] error in
                if let error { retryCopying(batch, error) } else { finishCopying(batch, isCopied: true) }
            }
        } catch {
            retryCopying(batch, error)
        }
    }

    private func takeDeadLetters() -> [PendingDeadLetter]? {
        state.withLock { state in
            guard hasDeadLettersDue(state) else { return nil }
            let pending = state.index.takePending(limit: DeadLetterBatch.eventsMax)
            guard !pending.isEmpty else { return nil }
            state.deadLetters.isCopying = true
            return pending
        }
    }

    /// Reads the events of a batch, up to a number of bytes; the others wait for the next one.
    private func read(_ batch: inout DeadLetterBatch) throws(GridlogError) {
        var frame: LogFrame?
        var bytes = 0
        let now = context.clock.wallTime
        let isPush = settings.push != nil
        for (position, pending) in batch.pending.enumerated() {
            guard bytes < DeadLetterBatch.bytesMax else {
                let rest = Array(batch.pending[position...])
                state.withLock { $0.index.returnPending(rest) }
                batch.pending.removeSubrange(position...)
                return
            }
            guard let (json, publishedAt) = try context.event(pending.sequence, after: &frame) else { continue }
            bytes += json.count
            let ago = pending.endedAt.map { context.clock.bootTime - min($0, context.clock.bootTime) }
            batch.copies.append(
                DeadLetterCopy(
                    pending, event: json, isPush: isPush, lastOutcome: outcomes.withLock { $0[pending.sequence] },
                    publishedAt: publishedAt, attemptedAt: ago.map { now - min($0, now) }, copiedAt: now))
        }
    }

    /// Where dead-lettered events of this subscription are kept.
    func deadLetterStore(_ destination: DeadLetterDestination) throws(GridlogError) -> any DeadLetterStore {
        switch destination {
        case .directory(let path):
            return DeadLetterDirectory(
                fileSystem: context.environment.fileSystem, path: path, topic: context.name, subscription: name,
                random: context.environment.random)
        case .topic(let topic):
            guard let destination = context.owner?.topic(topic) else {
                throw GridlogError(.notFound, "The topic '\(topic)' for dead-lettered events is not there.")
            }
            return DeadLetterTopic(
                destination: destination, origin: "/topics/\(context.name)/eventsubscriptions/\(name)",
                random: context.environment.random)
        }
    }

    /// Settles events whose copies are durable, or that are dropped.
    private func finishCopying(_ batch: DeadLetterBatch, isCopied: Bool) {
        let settlement = state.withLock { state in
            if isCopied { state.deadLetters.didSucceed() } else { state.deadLetters.isCopying = false }
            if isCopied {
                state.counters.deadLettered += batch.copies.count
                state.counters.dropped += batch.pending.count - batch.copies.count
            } else {
                state.counters.dropped += batch.pending.count
            }
            return state.index.settlement(of: batch.pending)
        }
        note(nil, of: batch.pending.lazy.map(\.sequence))
        log(settlement)
        context.housekeeper.copyDeadLetters(of: self)
    }

    private func retryCopying(_ batch: DeadLetterBatch, _ error: GridlogError) {
        let (isFirst, lost) = state.withLock { state in
            let isFirst = state.deadLetters.failures == 0
            let lost = state.deadLetters.didFail(batch.pending, at: context.clock.bootTime)
            state.index.returnPending(batch.pending.filter { !lost.contains($0) })
            return (isFirst, lost)
        }
        let place = "event subscription '\(name)'"
        if !lost.isEmpty {
            context.notify(
                .error,
                "\(place): \(lost.count) events are dropped, because the dead-letter destination refused them for two "
                    + "days: \(error.message)")
            finishCopying(DeadLetterBatch(pending: lost), isCopied: false)
        } else if isFirst {
            context.notify(
                .warning, "\(place): dead-lettered events wait, because the destination refused them: \(error.message)")
        }
    }
}
