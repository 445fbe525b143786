import DeliveryIndex
import EventLog
import Storage

/// Asks a subscription's filter about events in the order of the log, one lookup a frame.
///
/// Used under the subscription's lock, so it reads a bounded number of bytes.
struct EventMatcher {
    /// Bytes of frames that are read in one look under the lock; one frame is read in any case.
    private static let bytesMax = 1 << 20

    private let filter: EventFilter
    private let context: TopicContext
    private var frame: LogFrame?
    private var bytesRead = 0
    /// Room for a text of an event.
    private var scratch: [UInt8] = []
    /// The bound was reached: there may be more behind it.
    private(set) var isExhausted = false
    /// What kept it from reading on.
    private(set) var damage: LogError?

    init(_ filter: EventFilter, _ context: TopicContext) {
        self.filter = filter
        self.context = context
    }

    mutating func match(_ sequence: UInt64) -> MatchResult {
        do throws(LogError) {
            if let frame, sequence >= frame.endSequence, bytesRead >= Self.bytesMax {
                isExhausted = true
                return .stop
            }
            guard let found = try LogFrame.holding(sequence, after: frame, in: context.log) else { return .expired }
            if frame?.isSamePlace(as: found) != true { bytesRead += found.payload.byteCount }
            frame = found
            guard let matches = filter.matches(sequence, in: found, &scratch) else { throw found.unreadable(sequence) }
            return matches ? .deliver : .filtered
        } catch {
            damage = error
            return .stop
        }
    }
}
