extension EventSubscription {
    /// Shows events at the dead-letter destination that were not put back. Blocking, O(what the destination holds up to there).
    func peekDeadLetters(from first: UInt64, limit: Int) throws(GridlogError) -> PeekedEvents {
        guard let destination = settings.deadLetter else {
            throw GridlogError(
                .conflict, "The event subscription '\(name)' has no dead-letter destination to look into.")
        }
        let store = try deadLetterStore(destination)
        var events: [PeekedEvents.Event] = []
        var place: UInt64 = 0
        var next: UInt64?
        try store.forEachBatch { batch in
            for copy in batch {
                place += 1
                guard place >= first else { continue }
                guard events.count < limit else {
                    next = place
                    return nil
                }
                events.append(
                    PeekedEvents.Event(
                        sequence: place, state: .deadLettered, deliveryCount: copy.attempts,
                        publishedAt: copy.publishedAt, until: nil, json: copy.event, deadLetterReason: copy.reason))
            }
            return []
        }
        return PeekedEvents(events: events, next: next)
    }
}
