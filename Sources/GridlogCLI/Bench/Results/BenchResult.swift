/// What came of a benchmark.
struct BenchResult: Sendable {
    let target: BenchTarget
    /// The topic's level: `durable` or `written`.
    let durability: String
    let load: LoadResult
    /// What was published before, to be received.
    let backlog: LoadCounts
    /// What the server refused of that.
    var backlogErrors: [LoadError: Int] = [:]
    /// The backlog was published as a whole; false when the run ended before anything was measured.
    let isFilled: Bool

    /// Events published in the whole run.
    var published: Int { backlog.published + load.counts.published }
    /// Events acknowledged in the whole run.
    var acknowledged: Int { load.counts.acknowledged }
}
