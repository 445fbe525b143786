import CloudEvents
import EventLog
import Storage

/// Dead-lettered events as events of another topic, with what is told of them in extension attributes (contract 3.7).
///
/// What was put back is marked by events that are addressed to no event subscription (``EventAddress/nobody``): a log is only appended to.
struct DeadLetterTopic: DeadLetterStore {
    let destination: Topic
    /// The path of the event subscription; tells its events from those of others.
    let origin: String
    let random: @Sendable () -> UInt64

    private static let markType = "Gridlog.DeadLetter.Redriven"

    private enum Name: String, CaseIterable {
        case reason = "deadletterreason"
        case attempts = "deliveryattempts"
        case result = "lastdeliveryoutcome"
        case publishedAt = "publishtime"
        case attemptedAt = "lastdeliveryattempttime"
        case origin = "deadlettersource"
        /// What the event had of these names itself.
        case kept = "deadletterkept"
    }

    // MARK: - Writing

    func write(_ copies: [DeadLetterCopy], _ completion: @escaping @Sendable (GridlogError?) -> Void) {
        do throws(GridlogError) {
            var events: [CloudEvent] = []
            for copy in copies { events.append(try event(copy)) }
            let publication = Publication(events)
            var scanner = EventScanner(limits: .internal)
            try destination.publish(publication, scanner: &scanner, completion: WriteCompletion(completion))
        } catch {
            completion(error)
        }
    }

    private func event(_ copy: DeadLetterCopy) throws(GridlogError) -> CloudEvent {
        var event = try Self.event(copy.event)
        let own = event.extensions.filter { Name(rawValue: $0.key) != nil }
        event.extensions[Name.kept.rawValue] = KeptExtensions.encode(own)
        event.extensions[Name.reason.rawValue] = .string(copy.reason)
        event.extensions[Name.attempts.rawValue] = .integer(Int32(clamping: copy.attempts))
        event.extensions[Name.result.rawValue] = .string(copy.result)
        event.extensions[Name.publishedAt.rawValue] = .string(Timestamp.text(nanosecondsSince1970: copy.publishedAt))
        event.extensions[Name.attemptedAt.rawValue] = copy.attemptedAt.map {
            .string(Timestamp.text(nanosecondsSince1970: $0))
        }
        event.extensions[Name.origin.rawValue] = .string(origin)
        return event
    }

    private static func event(_ json: [UInt8]) throws(GridlogError) -> CloudEvent {
        do {
            return try CloudEvent(json: json, limits: .internal)
        } catch {
            throw GridlogError(error)
        }
    }

    // MARK: - Reading

    func forEachBatch(
        _ body: ([StoredDeadLetter]) throws(GridlogError) -> Set<Int>?
    ) throws(GridlogError) {
        let context = try destination.context
        let waiting = try waiting(in: context)
        var rest = waiting[...]
        while !rest.isEmpty {
            let (batch, sequences) = try takeBatch(from: &rest, in: context)
            guard let done = try body(batch) else { return }
            if !done.isEmpty { try mark(done.sorted().map { sequences[$0] }) }
        }
    }

    /// The sequences of what is kept and was not put back.
    private func waiting(in context: TopicContext) throws(GridlogError) -> [UInt64] {
        var found: [UInt64] = []
        var redriven: Set<UInt64> = []
        try context.forEachFrame { frame in
            for index in 0..<frame.recordCount {
                guard let event = FilterSubject(index, in: frame.payload, count: frame.recordCount) else { continue }
                if frame.addressee == EventAddress.nobody {
                    guard event.fields.text(of: "type") == Self.markType,
                        event.fields.text(of: "source") == origin
                    else { continue }
                    redriven.formUnion(Self.sequences(event.fields))
                } else if frame.addressee == EventAddress.everybody,
                    event.fields.text(of: Name.origin.rawValue) == origin
                {
                    found.append(frame.firstSequence + UInt64(index))
                }
            }
        }
        return found.filter { !redriven.contains($0) }
    }

    /// What a mark names.
    private static func sequences(_ fields: borrowing EventFields) -> Set<UInt64> {
        var sequences: Set<UInt64> = []
        guard let array = fields.data([Array("sequences".utf8)]) else { return [] }
        fields.forEachElement(of: array) { element in
            if case .integer(let number)? = fields.number(element), number > 0 { sequences.insert(UInt64(number)) }
            return true
        }
        return sequences
    }

    /// Takes the first of some events, up to a number and a number of bytes, as they were published; those that are not in the log any
    /// more are passed over.
    private func takeBatch(
        from rest: inout ArraySlice<UInt64>, in context: TopicContext
    ) throws(GridlogError) -> ([StoredDeadLetter], [UInt64]) {
        var batch: [StoredDeadLetter] = []
        var taken: [UInt64] = []
        var bytes = 0
        var frame: LogFrame?
        while batch.count < DeadLetterBatch.eventsMax, bytes < DeadLetterBatch.bytesMax, let sequence = rest.popFirst()
        {
            guard let (json, published) = try context.event(sequence, after: &frame) else { continue }
            taken.append(sequence)
            bytes += json.count
            batch.append(Self.stored(try Self.event(json), at: published))
        }
        return (batch, taken)
    }

    private static func stored(_ copy: CloudEvent, at time: UInt64) -> StoredDeadLetter {
        func text(_ name: Name) -> String { copy.extensions[name.rawValue]?.description ?? "" }
        var event = copy
        for name in Name.allCases { event.extensions[name.rawValue] = nil }
        event.extensions.merge(KeptExtensions.decode(text(.kept))) { $1 }
        return StoredDeadLetter(
            id: event.id, event: event.json(), storedAt: time,
            publishedAt: Timestamp.nanosecondsSince1970(text(.publishedAt)) ?? 0, reason: text(.reason),
            attempts: Int(text(.attempts)) ?? 0)
    }

    private func mark(_ sequences: [UInt64]) throws(GridlogError) {
        let list = sequences.map(String.init).joined(separator: ",")
        let mark = CloudEvent(
            id: RandomBytes(random).hexadecimal, source: origin, type: Self.markType,
            data: .json(#"{"sequences":[\#(list)]}"#))
        try destination.append([mark], to: EventAddress.nobody)
    }
}

extension EventLimits {
    /// For events that were accepted once, with what the broker adds.
    static var `internal`: EventLimits {
        var limits = EventLimits()
        limits.eventBytesMax += 16_384
        return limits
    }
}

private final class WriteCompletion: PublishCompletion {
    private let completion: @Sendable (GridlogError?) -> Void

    init(_ completion: @escaping @Sendable (GridlogError?) -> Void) {
        self.completion = completion
    }

    func publishDidSucceed() { completion(nil) }

    func publishDidFail(_ error: GridlogError) { completion(error) }
}
