extension BenchReport {
    /// Everything as one document. Latencies are in microseconds.
    var document: JSONText {
        let operations = plan.kind.operations.map {
            "\(JSONText.quoting($0.name)):\(object(of: result.load.figures[$0]))"
        }
        return JSONText(
            Self.object([
                ("benchmark", JSONText.quoting(plan.kind.rawValue)),
                ("version", JSONText.quoting(GridlogCommand.version)),
                ("conditions", conditions), ("end", JSONText.quoting(end)), ("failure", failure),
                ("seconds", Figure.decimals(result.load.seconds, 3)),
                ("backlog", plan.kind == .consume ? backlog : "null"),
                ("operations", "{\(operations.joined(separator: ","))}"),
                (
                    "wholeRun",
                    Self.object([
                        ("published", "\(result.published)"), ("acknowledged", "\(result.acknowledged)"),
                    ])
                ),
            ]))
    }

    private var conditions: String {
        Self.object([
            ("endpoint", JSONText.quoting(result.target.address.origin + result.target.address.prefix)),
            ("topic", JSONText.quoting(result.target.topic)),
            ("subscription", result.target.subscription.map(JSONText.quoting) ?? "null"),
            ("durability", JSONText.quoting(result.durability)), ("connections", "\(plan.connections)"),
            ("batch", "\(plan.batch)"), ("eventBytes", "\(plan.eventBytes)"),
            ("durationSeconds", plan.duration.map { "\($0)" } ?? "null"), ("warmupSeconds", "\(plan.warmup)"),
            ("events", plan.events.map { "\($0)" } ?? "null"),
            ("requestsPerSecond", plan.rate.map { "\($0)" } ?? "null"),
        ])
    }

    private var end: String {
        switch result.load.end {
        case .workDone: "count"
        case .timeUp: "time"
        case .interrupted: "interrupted"
        case .failed: "failed"
        }
    }

    private var backlog: String {
        Self.object([
            ("published", "\(result.backlog.published)"), ("errors", Self.object(of: result.backlogErrors)),
        ])
    }

    private static func object(of errors: [LoadError: Int]) -> String {
        object(errors.map { ($0.key.name, "\($0.value)") }.sorted { $0.0 < $1.0 })
    }

    private var failure: String {
        guard case .failed(let failure) = result.load.end else { return "null" }
        return JSONText.quoting(failure.message)
    }

    private func object(of figures: OperationFigures) -> String {
        let latencies = Self.percentiles.map { ($0.name, Self.microseconds(figures.percentile($0.percentile))) }
        return Self.object([
            ("events", "\(figures.events)"), ("requests", "\(figures.requests)"), ("bytes", "\(figures.bytes)"),
            ("eventsPerSecond", Figure.decimals(perSecond(figures.events), 1)),
            ("requestsPerSecond", Figure.decimals(perSecond(figures.requests), 1)),
            ("latency", Self.object(latencies)), ("errors", Self.object(of: figures.errors)),
        ])
    }

    private static func microseconds(_ nanoseconds: UInt64) -> String {
        Figure.decimals(Double(nanoseconds) / 1e3, 1)
    }

    private static func object(_ members: [(String, String)]) -> String {
        "{\(members.map { "\(JSONText.quoting($0.0)):\($0.1)" }.joined(separator: ","))}"
    }
}
