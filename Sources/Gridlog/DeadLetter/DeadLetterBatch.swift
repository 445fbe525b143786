import DeliveryIndex

/// Events on their way to the dead-letter destination.
struct DeadLetterBatch: Sendable {
    /// How many events a batch has at most.
    static let eventsMax = 100
    /// How many bytes of events a batch has at most; one event in any case.
    static let bytesMax = 4 << 20

    var pending: [PendingDeadLetter]
    var copies: [DeadLetterCopy] = []
}
