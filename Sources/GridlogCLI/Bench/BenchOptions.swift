import ArgumentParser
import Gridlog
import GridlogServer

/// What every benchmark takes.
struct BenchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A topic that exists; its events stay. (default: a new one, deleted at the end)", valueName: "name"))
    var topic: String?

    @Option(
        help: ArgumentHelp(
            "An event subscription of --topic, to receive from; whatever it holds is acknowledged.", valueName: "name"))
    var subscription: String?

    @Option(
        help: ArgumentHelp("Connections, 1 to 1000; 'both' opens as many to publish and to receive.", valueName: "n"))
    var connections = 8

    @Option(help: ArgumentHelp("Events of a request, 1 to 1000; to receive, 1 to 100.", valueName: "n"))
    var batch = 100

    @Option(help: ArgumentHelp("Bytes of an event, with its attributes.", valueName: "bytes"))
    var size = 1_024

    @Option(help: ArgumentHelp("Seconds to measure. (default: 10, or no limit with --events)", valueName: "s"))
    var duration: Double?

    @Option(
        help: ArgumentHelp(
            "End after this many events. (default: no limit; 'consume' publishes 1,000,000 first, or 1 GiB)",
            valueName: "n"))
    var events: Int?

    @Option(
        help: ArgumentHelp(
            """
            Requests a second in all, of publish or receive: latency then counts from when a request was due, so that a \
            slow answer is not left out. (default: each connection sends when it has its answer)
            """,
            valueName: "n"))
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            "Durability of the new topic, 'durable' or 'written'. (default: the server's)", valueName: "level"))
    var durability: Durability?

    @Option(
        help: ArgumentHelp(
            "Seconds before the measured ones. (default: 1; 0 with --events and for 'consume')", valueName: "s"))
    var warmup: Double?

    @Option(
        help: ArgumentHelp("Draw the latency by percentile into this file.", valueName: "path"), completion: .file())
    var svg: String?

    @Flag(help: "No progress on standard error.")
    var quiet = false

    /// The longest `--duration` and `--warmup`, in seconds: a day.
    private static let secondsMax = 86_400.0
    private static let connectionsMax = 1_000

    /// What is to be done, for one kind.
    ///
    /// - Throws: a usage error for what cannot be.
    func plan(_ kind: BenchKind) throws -> BenchPlan {
        try Checks.range("--connections", connections, 1...Self.connectionsMax)
        let batchMax = kind.receives ? EventSubscription.receivedEventsMax : PublishLimits.events
        try Checks.range("--batch", batch, 1...batchMax)
        try Checks.range("--size", size, BenchEvent.bytesMin...PublishLimits.bytes)
        try Checks.range("--events", events, 1...PublishRequest.numberMax)
        try checkSeconds("--duration", duration, orMore: 0.001)
        try checkSeconds("--warmup", warmup, orMore: 0)
        if let rate, !(rate >= 0.001 && rate <= 1e7) {
            throw ValidationError("--rate must be between 0.001 and 10,000,000 requests a second.")
        }
        try checkBody(kind)
        try checkNames(kind)
        return BenchPlan(
            kind: kind, connections: connections, batch: batch, eventBytes: size,
            duration: duration ?? (kind == .consume || events == nil ? 10 : nil),
            warmup: warmup ?? (kind == .consume || events != nil ? 0 : 1),
            events: events ?? (kind == .consume ? BenchPlan.backlog(eventBytes: size) : nil), rate: rate)
    }

    private func checkSeconds(_ option: String, _ seconds: Double?, orMore least: Double) throws {
        if let seconds, !(seconds >= least && seconds <= Self.secondsMax) {
            throw ValidationError("\(option) must be at least \(least) and at most 86400 seconds.")
        }
    }

    private func checkBody(_ kind: BenchKind) throws {
        guard kind.publishes, PublishRequest.bodyBytes(count: batch, eventBytes: size) > RequestLimits.bodyBytesMax
        else { return }
        let most = (RequestLimits.bodyBytesMax - 1) / (size + 1)
        throw ValidationError(
            "\(batch) events of \(size) bytes are more than the \(RequestLimits.bodyBytesMax) bytes of a request; "
                + "with this --size, --batch can be at most \(max(1, most)).")
    }

    private func checkNames(_ kind: BenchKind) throws {
        if let topic { try Checks.name("a topic", topic) }
        if let subscription { try Checks.name("an event subscription", subscription) }
        if subscription != nil, topic == nil || !kind.receives {
            throw ValidationError("--subscription needs --topic, and 'consume' or 'both'.")
        }
        if kind.receives, topic != nil, subscription == nil {
            throw ValidationError("With --topic, name the --subscription to receive from.")
        }
        if durability != nil, topic != nil {
            throw ValidationError("--durability is for the topic that the benchmark makes; --topic has its own.")
        }
    }
}
