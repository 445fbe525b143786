import NIOCore

/// When the requests of one connection are due, when the load has a rate: an open loop. Whoever comes late is not waited for,
/// so that a slow answer makes the latency of those behind it longer instead of leaving them out (coordinated omission).
struct Pacer: Sendable {
    private let interval: Double
    private let offset: Double
    private var sent = 0.0

    /// - Parameters:
    ///   - rate: requests a second of all connections.
    ///   - index: which of the connections this is, from 0; they take turns.
    init(rate: Double, connections: Int, index: Int) {
        interval = Double(connections) / rate * 1e9
        offset = Double(index) / rate * 1e9
    }

    /// When the next request is due, in a run that began then.
    func due(since begin: NIODeadline) -> NIODeadline {
        // As far as a year, which no run lasts.
        begin + .nanoseconds(Int64(min(offset + sent * interval, 3.2e16)))
    }

    /// The request that was due was sent.
    mutating func advance() { sent += 1 }
}
