import DeliveryIndex
import EventLog
import Storage

/// Asks a subscription's filter about events in the order of the log, one lookup a frame.
///
/// Used under the subscription's lock, so it reads a bounded number of bytes.
struct EventMatcher {
    /// Bytes of frames that are read in one look under the lock, each as often as the filter may go through it; one frame is read in any
    /// case.
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
            if frame?.holds(sequence) != true, let end = try move(to: sequence) { return end }
            guard let frame else { return .stop }
            guard let matches = filter.matches(sequence, in: frame, &scratch) else { throw frame.unreadable(sequence) }
            return matches ? .deliver : .filtered
        } catch {
            damage = error
            return .stop
        }
    }

    /// Finds the frame of an event, or why there is none.
    private mutating func move(to sequence: UInt64) throws(LogError) -> MatchResult? {
        if frame != nil, bytesRead >= Self.bytesMax {
            isExhausted = true
            return .stop
        }
        guard let found = try LogFrame.holding(sequence, after: frame, in: context.log) else { return .expired }
        bytesRead += found.payload.byteCount * filter.passes
        frame = found
        return nil
    }
}
