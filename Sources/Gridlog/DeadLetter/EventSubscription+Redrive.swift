import CloudEvents
import Storage

extension EventSubscription {
    /// Puts dead-lettered events back: each is appended to the topic again, for this event subscription only, as a new event with delivery
    /// count 0; its copy at the destination is then marked as redriven (contract, decision 34). Durable when it returns. Blocking,
    /// O(what the destination holds).
    ///
    /// A crash may leave an event put back and not marked: it is put back again the next time, never lost.
    ///
    /// - Parameter dryRun: only count.
    /// - Returns: how many events were put back, or would be.
    /// - Throws: ``GridlogError`` with code `conflict` when there is no dead-letter destination; of the events before it some may have been
    ///   put back.
    public func redrive(_ selection: RedriveSelection, dryRun: Bool = false) throws(GridlogError) -> Int {
        try context.checkDamage()
        guard let destination = settings.deadLetter else {
            throw GridlogError(
                .conflict, "The event subscription '\(name)' has no dead-letter destination to put events back from.")
        }
        if case .ids(let ids) = selection, ids.count > RedriveSelection.idsMax {
            throw GridlogError(
                .invalidArgument, "\(ids.count) ids are named; name at most \(RedriveSelection.idsMax), or all.")
        }
        guard let topic = context.owner?.topic(context.name), topic.openedContext === context else { throw retired }
        let store = try deadLetterStore(destination)
        let wanted = RedriveFilter(selection)
        return try redriving.withLock { _ throws(GridlogError) in
            var count = 0
            try store.forEachBatch { batch throws(GridlogError) in
                let chosen = batch.indices.filter { wanted.includes(batch[$0]) }
                count += chosen.count
                guard !dryRun, !chosen.isEmpty else { return [] }
                try append(chosen.map { batch[$0] }, to: topic)
                return Set(chosen)
            }
            return count
        }
    }

    private func append(_ events: [StoredDeadLetter], to topic: Topic) throws(GridlogError) {
        var part: [CloudEvent] = []
        var bytes = 0
        for event in events {
            do {
                part.append(try CloudEvent(json: event.event, limits: .internal))
            } catch {
                throw GridlogError(error)
            }
            bytes += event.event.count
            guard bytes >= DeadLetterBatch.bytesMax || part.count >= DeadLetterBatch.eventsMax else { continue }
            try topic.append(part, to: id)
            part = []
            bytes = 0
        }
        try topic.append(part, to: id)
    }
}

/// A selection, ready to be asked.
private struct RedriveFilter {
    private let ids: Set<String>?
    private let until: UInt64

    init(_ selection: RedriveSelection) {
        switch selection {
        case .all(let until):
            ids = nil
            self.until = until ?? .max
        case .ids(let ids):
            self.ids = Set(ids)
            until = .max
        }
    }

    func includes(_ event: StoredDeadLetter) -> Bool {
        event.storedAt <= until && ids?.contains(event.id) ?? true
    }
}
