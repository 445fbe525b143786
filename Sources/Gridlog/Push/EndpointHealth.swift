/// How an endpoint is doing, and how many requests it may have at once because of it.
///
/// One that answers well gets more and more, as TCP's slow start does; one that failed gets one request at a time, so that an endpoint that
/// hangs takes nothing from the others; one that only fails is left alone for a while (probation, contract 3.3).
struct EndpointHealth {
    /// Requests under way to one endpoint at most.
    static let windowMax = 64
    /// So many failed requests in a row make an endpoint unhealthy.
    static let failuresMax = 10

    /// How many requests may be under way.
    private(set) var window = 1
    private var failures = 0
    /// Whether nothing speaks for it: its last request failed, or there was none.
    private(set) var isDoubtful = true
    /// Nothing is sent before this boot time, in nanoseconds.
    private(set) var probationEnd: UInt64 = 0

    /// - Parameter now: boot time in nanoseconds.
    mutating func note(_ response: PushResponse, at now: UInt64) {
        guard let probation = response.probationSeconds else {
            failures = 0
            isDoubtful = false
            window = min(window * 2, Self.windowMax)
            return
        }
        window = 1
        isDoubtful = true
        failures += 1
        if response.pauseSeconds > 0 {
            probationEnd = max(probationEnd, now + response.pauseSeconds * 1_000_000_000)
        }
        guard failures >= Self.failuresMax else { return }
        probationEnd = max(probationEnd, now + probation * 1_000_000_000)
    }
}
