/// Consecutive sequences to which the same happened: 24 bytes in a settlement group (FORMAT.md section 5).
public struct SettlementRun: Hashable, Sendable {
    /// The length of its coded form.
    public static let size = 24

    /// What happened.
    public enum Operation: UInt8, Sendable {
        /// Handed out to a receiver; `deliveryCount` counts that delivery.
        case delivered = 1
        /// Acknowledged.
        case acknowledged = 2
        /// Rejected by a receiver, or dropped at the end of its last delivery.
        case rejected = 3
        /// Released, available at `until`.
        case released = 4
        /// Settled because its time was over.
        case expired = 5
        /// Rejected by a receiver; its dead-letter copy is to be made.
        case rejectedPending = 6
        /// Its time is over; its dead-letter copy is to be made.
        case expiredPending = 7
        /// At the end of its last delivery; its dead-letter copy is to be made.
        case exhaustedPending = 8
    }

    /// The first sequence.
    public var first: UInt64
    /// How many sequences, at least 1.
    public var count: UInt32
    /// What happened.
    public var operation: Operation
    /// How often each of them was handed out.
    public var deliveryCount: UInt16
    /// Wall time in milliseconds before which a released event is not available; 0 for at once and for all else.
    public var until: UInt64

    /// The sequence after the last one.
    public var end: UInt64 { first + UInt64(count) }

    /// How its slots are settled, if they are.
    var reason: SettleReason? {
        switch operation {
        case .acknowledged: .acknowledged
        case .rejected: .rejected
        case .expired: .expired
        case .delivered, .released, .rejectedPending, .expiredPending, .exhaustedPending: nil
        }
    }

    /// Why its events wait for their dead-letter copies, if they do.
    var deadLetterReason: DeadLetterReason? {
        switch operation {
        case .rejectedPending: .rejected
        case .expiredPending: .timeToLive
        case .exhaustedPending: .deliveryCount
        case .delivered, .acknowledged, .rejected, .released, .expired: nil
        }
    }

    /// The run in its coded form, as three little-endian words.
    var words: InlineArray<3, UInt64> {
        let middle =
            UInt64(count) | UInt64(operation.rawValue) << 32 | UInt64(reason?.rawValue ?? 0) << 40
            | UInt64(deliveryCount) << 48
        return [first.littleEndian, middle.littleEndian, until.littleEndian]
    }
}
