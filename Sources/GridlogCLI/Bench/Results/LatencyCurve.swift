import Foundation
import Histogram

/// Latency by percentile of one operation.
struct LatencyCurve {
    /// The operation and its throughput.
    let name: String
    /// From the fastest request to the slowest.
    let points: [Point]

    struct Point: Equatable {
        /// How many nines: 0 at the 0th percentile, 1 at the 90th, 2 at the 99th.
        let nines: Double
        /// In milliseconds.
        let latency: Double
    }

    /// Steps for each halving of the distance to the slowest request.
    private static let steps: Int = 8

    /// Nil when nothing was measured.
    init?(_ operation: BenchOperation, of report: BenchReport) {
        let figures = report.result.load.figures[operation]
        guard figures.requests > 0 else { return nil }
        name = "\(operation.name): \(Figure.rate(report.perSecond(figures.events))) events/s"
        // The slowest request stands half way beyond the one before it.
        let last = log10(Double(figures.requests) * 2)
        points = figures.latency.percentiles(ticksPerHalfDistance: Self.steps).map { step in
            let rest = 1 - step.percentile / 100
            return Point(
                nines: rest > 0 ? min(last, -log10(rest)) : last, latency: max(1, Double(step.value) / 1e3) / 1e3)
        }
    }
}
