import CloudEvents
import EventLog
import Storage

/// What each filter of a subscription says of one event.
public struct FilterExplanation: Sendable {
    /// One filter, asked about the event.
    public struct Condition: Sendable {
        /// The filter; `includedEventTypes` appears as ``FilterOperator/stringIn`` on `type`.
        public let filter: FilterCondition
        /// The JSON of what the event has at its key; `nil` when it is missing or `null`. Of more than
        /// ``FilterExplanation/foundBytesMax`` bytes only the length is told, as a JSON string.
        public let found: String?
        /// Whether the event passes it.
        public let matched: Bool
    }

    /// The longest value that is shown, in bytes.
    public static let foundBytesMax = 4_096

    /// Whether the subscription gets the event.
    public var matched: Bool { conditions.allSatisfy(\.matched) }
    /// In the order in which they are asked; all of them, also those behind the first that refuses.
    public let conditions: [Condition]
}

extension CompiledFilter {
    func explain(_ event: borrowing FilterSubject) -> FilterExplanation {
        var scratch: [UInt8] = []
        var explained: [FilterExplanation.Condition] = []
        for condition in conditions {
            let place = condition.value(in: event)
            var found: String?
            if let place {
                found =
                    place.range.count > FilterExplanation.foundBytesMax
                    ? "\"\(place.range.count) bytes\"" : event.fields.json(of: place)
            }
            let matched = condition.matches(place, of: event, &scratch)
            explained.append(.init(filter: condition.condition, found: found, matched: matched))
        }
        return FilterExplanation(conditions: explained)
    }
}

extension EventSubscription {
    /// Why the subscription gets an event that was published, or does not. It is asked of the filter that was in force then.
    ///
    /// - Throws: ``GridlogError`` with code `notFound` for a sequence that is not in the log.
    public func explain(sequence: UInt64) throws(GridlogError) -> FilterExplanation {
        try context.checkDamage()
        let filter = state.withLock { $0.filter.filter(of: sequence) }
        guard sequence >= 1, sequence < context.log.tail else { throw notThere(sequence) }
        guard let frame = try context.frame(holding: sequence) else { throw notThere(sequence) }
        guard frame.addressee == EventAddress.everybody || frame.addressee == id else {
            throw GridlogError(.notFound, "The event with sequence \(sequence) was put back for another subscription.")
        }
        let index = Int(sequence - frame.firstSequence)
        guard frame.addressee == EventAddress.everybody, let filter else {
            return FilterExplanation(conditions: [])
        }
        guard let event = FilterSubject(index, in: frame.payload, count: frame.recordCount) else {
            throw GridlogError(frame.unreadable(sequence))
        }
        return filter.explain(event)
    }

    /// Why the subscription would get an event that is published now, or would not.
    ///
    /// - Parameter publication: the JSON of one event.
    /// - Throws: ``GridlogError`` with code `invalidArgument` for what is not one event.
    public func explain(_ publication: consuming Publication) throws(GridlogError) -> FilterExplanation {
        var scanner = EventScanner()
        let count = try publication.seal(with: &scanner)
        guard count == 1, let event = FilterSubject(0, in: publication.bytes, count: count) else {
            throw GridlogError(.invalidArgument, "The body holds \(count) events; send exactly one to be explained.")
        }
        guard let filter = state.withLock({ $0.filter.current }) else { return FilterExplanation(conditions: []) }
        return filter.explain(event)
    }

    private func notThere(_ sequence: UInt64) -> GridlogError {
        GridlogError(
            .notFound,
            "There is no event with sequence \(sequence): the topic holds those from \(context.log.firstSequence) to "
                + "\(context.log.tail - 1).")
    }
}
