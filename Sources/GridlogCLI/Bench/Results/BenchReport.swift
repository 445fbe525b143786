import CommandOutput

/// The figures of a benchmark, for people and for programs.
struct BenchReport {
    let plan: BenchPlan
    let result: BenchResult

    /// A row an operation.
    var table: Table {
        var table = Table(header: [
            "OPERATION", "EVENTS", "EVENTS/S", "REQUESTS/S", "MB/S", "P50", "P90", "P99", "P99.9", "MAX", "ERRORS",
        ])
        for operation in plan.kind.operations {
            let figures = result.load.figures[operation]
            let latencies = Self.percentiles.map { Figure.latency(nanoseconds: figures.percentile($0.percentile)) }
            table.add(
                [
                    operation.name, Figure.count(figures.events), Figure.rate(perSecond(figures.events)),
                    Figure.rate(perSecond(figures.requests)), Figure.rate(perSecond(figures.bytes) / 1e6),
                ] + latencies + [Self.text(of: figures.errors)])
        }
        return table
    }

    /// The percentiles that are shown, and their names.
    static let percentiles: [(name: String, percentile: Double)] = [
        ("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9), ("max", 100),
    ]

    /// A count as a rate over the measured part; 0 when there is none.
    func perSecond(_ count: Int) -> Double { result.load.seconds > 0 ? Double(count) / result.load.seconds : 0 }

    private static func text(of errors: [LoadError: Int]) -> String {
        if errors.isEmpty { return "none" }
        return errors.map { "\(Figure.count($0.value)) × \($0.key.name)" }.sorted().joined(separator: ", ")
    }

    /// Tells on standard error how the run ended when it did not end as it was meant to.
    ///
    /// - Throws: what becomes the exit status, when the figures are not those of a whole run.
    func complain() throws {
        let seconds = Figure.seconds((result.load.seconds * 10).rounded() / 10)
        if !result.backlogErrors.isEmpty {
            Console.complain("while the backlog was published: \(Self.text(of: result.backlogErrors))")
        }
        let errors = plan.kind.operations.reduce(into: [LoadError: Int]()) { sum, operation in
            sum.merge(result.load.figures[operation].errors, uniquingKeysWith: +)
        }
        switch result.load.end {
        case .failed(let failure):
            throw failure.noting(
                result.isFilled ? "measured until then: \(seconds)" : "while the backlog was published")
        case .interrupted:
            Console.complain(
                result.isFilled
                    ? "interrupted; measured until then: \(seconds)" : "interrupted before anything was measured")
            throw Interruption.exitCode
        case .timeUp where errors[.unanswered] != nil:
            throw CommandFailure(
                status: .unreachable,
                message: "\(errors[.unanswered] ?? 0) requests had no answer when the time was up")
        case .workDone, .timeUp: break
        }
        if result.load.end == .workDone, let duration = plan.duration, plan.kind == .consume {
            Console.complain(
                "all events were received after \(seconds) of \(Figure.seconds(duration)); more --events last longer")
        }
        if !errors.isEmpty {
            throw CommandFailure(status: .failure, message: "not every request went well: \(Self.text(of: errors))")
        }
    }
}
