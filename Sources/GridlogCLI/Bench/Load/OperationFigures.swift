import Histogram

/// What was measured of one operation.
struct OperationFigures: Sendable {
    /// Latency of the successful requests, in nanoseconds, to three significant digits.
    private(set) var latency = Histogram<UInt64>(
        lowestDiscernibleValue: 1_000, highestTrackableValue: longestNanoseconds, numberOfSignificantValueDigits: .three
    )
    /// Successful requests.
    private(set) var requests = 0
    /// Events in them.
    private(set) var events = 0
    /// Bytes of the bodies that carried the events or lock tokens.
    private(set) var bytes = 0
    /// What went wrong, and how often; over the whole run, measured or not.
    private(set) var errors: [LoadError: Int] = [:]

    /// Longer than any timeout can be: a day and an hour.
    private static let longestNanoseconds: UInt64 = 90_000_000_000_000

    mutating func record(nanoseconds: Int64, events: Int, bytes: Int) {
        requests += 1
        self.events += events
        self.bytes += bytes
        latency.record(min(UInt64(max(0, nanoseconds)), Self.longestNanoseconds))
    }

    mutating func count(_ count: Int, of error: LoadError) {
        errors[error, default: 0] += count
    }

    mutating func add(_ other: OperationFigures) {
        latency.add(other.latency)
        requests += other.requests
        events += other.events
        bytes += other.bytes
        errors.merge(other.errors, uniquingKeysWith: +)
    }

    /// The latency below which this share of the requests stayed, in nanoseconds; 0 without requests.
    func percentile(_ percentile: Double) -> UInt64 { requests == 0 ? 0 : latency.valueAtPercentile(percentile) }
}
