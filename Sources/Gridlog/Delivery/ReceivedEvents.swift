import DeliveryIndex
import EventLog
import Storage

/// What a receive handed out: locked events, and the means to read them.
///
/// The events' bytes stay in the mapped log; nothing is copied until ``forEach(_:)`` shows them.
public struct ReceivedEvents: Sendable {
    let context: TopicContext
    let subscription: UInt32
    let epoch: UInt32
    var deliveries: [Delivery] = []
    var lockedAt: UInt32 = 0
    /// The bound of one call was reached before anything was found: receive again, nobody waits.
    public var isIncomplete = false

    /// How many events were handed out.
    public var count: Int { deliveries.count }
    /// Whether nothing was handed out.
    public var isEmpty: Bool { deliveries.isEmpty }

    /// One of the events.
    public struct Event: Sendable {
        /// Its ordinal in the topic's log.
        public let sequence: UInt64
        /// How many times it was handed out, this time included.
        public let deliveryCount: Int
        let token: LockToken
    }

    /// The length of the text of every lock token, in bytes.
    public static let lockTokenLength = LockTokenCoder.length

    /// Shows the events in order: what is known of each, the text of its lock token, and its JSON.
    ///
    /// The spans are valid inside the body only. O(bytes) for verifying the checksum of what is read.
    ///
    /// - Throws: ``GridlogError`` when the log is damaged there; the topic is then fenced.
    public func forEach(_ body: (Event, _ lockToken: RawSpan, _ json: RawSpan) -> Void) throws(GridlogError) {
        let token = ByteBlock(capacity: 2 * Self.lockTokenLength)
        var frame: LogFrame?
        var rest = deliveries[...]
        do throws(LogError) {
            while let next = rest.first {
                // What was settled meanwhile may be gone, with its segment: there is nothing to show.
                guard let found = try LogFrame.holding(next.sequence, after: frame, in: context.log) else {
                    rest.removeFirst()
                    continue
                }
                frame = found
                let run = rest.prefix { found.holds($0.sequence) }
                rest = rest.dropFirst(run.count)
                try show(run, of: found, token, body)
            }
        } catch {
            let error = GridlogError(error)
            context.fence(error)
            throw error
        }
    }

    /// Shows events of one frame.
    private func show(
        _ deliveries: ArraySlice<Delivery>, of frame: LogFrame, _ token: ByteBlock,
        _ body: (Event, _ lockToken: RawSpan, _ json: RawSpan) -> Void
    ) throws(LogError) {
        let payload = frame.payload
        for delivery in deliveries {
            let range = try frame.range(of: delivery.sequence)
            token.removeAll()
            let lockToken = lockToken(of: delivery)
            context.tokenCoder.append(lockToken, to: token)
            let event = Event(
                sequence: delivery.sequence, deliveryCount: Int(delivery.deliveryCount), token: lockToken)
            body(event, token.bytes, payload.extracting(range))
        }
    }

    private func lockToken(of delivery: Delivery) -> LockToken {
        LockToken(
            sequence: delivery.sequence, subscription: subscription, epoch: epoch, incarnation: context.incarnation,
            lockedAt: lockedAt, generation: delivery.generation)
    }
}
