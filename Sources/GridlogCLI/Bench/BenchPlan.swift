import NIOCore

/// What a benchmark is to do, with every default filled in.
struct BenchPlan: Sendable {
    let kind: BenchKind
    /// To publish, and as many to receive.
    let connections: Int
    /// Events of a request.
    let batch: Int
    /// Bytes of an event.
    let eventBytes: Int
    /// Seconds that are measured; nil when only `events` ends it.
    let duration: Double?
    /// Seconds before them.
    let warmup: Double
    /// Events that are published, and received, at most.
    let events: Int?
    /// Requests a second; nil for a closed loop.
    let rate: Double?

    /// How many events `consume` publishes first when it is not told: enough for some seconds, and no more than 1 GiB.
    static func backlog(eventBytes: Int) -> Int { min(1_000_000, max(1, (1 << 30) / eventBytes)) }

    /// Events of a request while a backlog is made, which is not measured.
    var backlogBatch: Int { min(PublishLimits.events, max(1, (256 << 10) / eventBytes)) }

    /// In one line, for people.
    var summary: String {
        var parts = ["\(connections) \(connections == 1 ? "connection" : "connections")"]
        if kind == .both { parts[0] = "\(connections) + \(parts[0])" }
        parts.append(batch == 1 ? "one event a request" : "batches of \(batch)")
        parts.append("events of \(Figure.count(eventBytes)) bytes")
        parts.append(rate.map { "\(Figure.rate($0)) requests/s" } ?? "closed loop")
        return parts.joined(separator: ", ")
    }

    /// What each connection does.
    ///
    /// - Parameters:
    ///   - target: where.
    ///   - event: what is published.
    func jobs(to target: BenchTarget, event: BenchEvent) -> [LoadJob] {
        var jobs: [LoadJob] = []
        if kind.publishes { jobs += publishers(to: target, event: event, batch: batch, events: events, rate: rate) }
        if kind.receives {
            let budget = EventBudget(events)
            let waits = kind == .both
            for index in 0..<connections {
                let pacer = waits ? nil : pacer(rate, index)
                jobs.append(
                    LoadJob(publishes: false, pacer: pacer) { [batch] state in
                        ConsumeWork(from: target, batch: batch, wait: waits ? 1 : 0, budget: budget) {
                            state.isPublishing
                        }
                    })
            }
        }
        return jobs
    }

    /// Connections that publish what is received afterwards.
    func backlogJobs(to target: BenchTarget, event: BenchEvent) -> [LoadJob] {
        publishers(to: target, event: event, batch: backlogBatch, events: events, rate: nil)
    }

    private func publishers(
        to target: BenchTarget, event: BenchEvent, batch: Int, events: Int?, rate: Double?
    ) -> [LoadJob] {
        let budget = EventBudget(events)
        return (0..<connections).map { index in
            LoadJob(publishes: true, pacer: pacer(rate, index)) { _ in
                PublishWork(to: target, event: event, batch: batch, budget: budget)
            }
        }
    }

    private func pacer(_ rate: Double?, _ index: Int) -> Pacer? {
        rate.map { Pacer(rate: $0, connections: connections, index: index) }
    }
}
