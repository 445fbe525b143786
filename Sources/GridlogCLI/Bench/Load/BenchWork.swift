import NIOCore

/// What one connection does: a request after the other, each made when the answer to the one before is there.
protocol BenchWork {
    /// The next request begins something new, rather than going on with what was received: it may be left out when the
    /// time is up, and waits for its turn when there is a rate.
    var beginsAnew: Bool { get }

    /// The next request; nil when there is nothing more to do.
    mutating func next() -> BenchRequest?

    /// Takes in the answer to the request that ``next()`` gave last.
    mutating func finish(_ answer: Answer) -> BenchOutcome
}
