/// Where one event subscription's dead-lettered events are kept.
protocol DeadLetterStore: Sendable {
    /// Keeps copies. Tells when they are durable, or why they are not, at once or on the committer's thread. Blocking.
    func write(_ copies: [DeadLetterCopy], _ completion: @escaping @Sendable (GridlogError?) -> Void)

    /// Shows what is kept and was not put back, some at a time, in the order in which it came. Blocking.
    ///
    /// - Parameter body: returns which of them were put back: they are marked, durably, before the next are shown. `nil` ends it.
    func forEachBatch(
        _ body: ([StoredDeadLetter]) throws(GridlogError) -> Set<Int>?
    ) throws(GridlogError)
}

/// A dead-lettered event, as it is found at its destination.
struct StoredDeadLetter: Sendable {
    /// The event's.
    let id: String
    /// The event as it was published.
    let event: [UInt8]
    /// When it came there, in nanoseconds since 1970.
    let storedAt: UInt64
    /// When it was published, in nanoseconds since 1970; 0 when that is not told.
    let publishedAt: UInt64
    /// Why it was dead-lettered.
    let reason: String
    /// How many times it was handed out or pushed.
    let attempts: Int
}
