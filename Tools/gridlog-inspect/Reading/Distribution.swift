import Histogram

/// Values of one kind, to three significant digits; 400 KB whatever is recorded.
struct Distribution: Encodable {
    struct Bar: Encodable {
        let from: UInt64
        let to: UInt64
        let count: UInt64
    }

    let kind: DistributionKind
    private var histogram: Histogram<UInt64>
    /// As it is, not rounded.
    private(set) var max: UInt64 = 0

    /// 11 days in microseconds, or more than any file has bytes.
    private static let stepsMax: UInt64 = 1_000_000_000_000

    private enum CodingKeys: CodingKey {
        case kind, count, p50, p90, p99, max, bars
    }

    init(_ kind: DistributionKind) {
        self.kind = kind
        histogram = Histogram(
            lowestDiscernibleValue: kind.step, highestTrackableValue: Self.stepsMax * kind.step,
            numberOfSignificantValueDigits: .three)
    }

    mutating func record(_ value: UInt64, count: UInt64 = 1) {
        guard count > 0 else { return }
        histogram.record(Swift.min(value, Self.stepsMax * kind.step), count: count)
        max = Swift.max(max, value)
    }

    var count: UInt64 { histogram.totalCount }

    /// To three significant digits, and no more than the largest.
    func percentile(_ percentile: Double) -> UInt64 {
        count == 0 ? 0 : Swift.min(max, histogram.valueAtPercentile(percentile))
    }

    /// Each twice as wide as the one before; none that is empty at either end. At most 41.
    var bars: [Bar] {
        var bars: [Bar] = []
        var (lower, upper) = (UInt64(0), kind.step * 2 - 1)
        var found: UInt64 = 0
        for recorded in histogram.recordedValues() {
            while recorded.value > upper {
                if found > 0 || !bars.isEmpty { bars.append(Bar(from: lower, to: upper, count: found)) }
                (lower, upper, found) = (upper + 1, upper * 2 + 1, 0)
            }
            found += recorded.count
        }
        if found > 0 { bars.append(Bar(from: lower, to: upper, count: found)) }
        return bars
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(count, forKey: .count)
        try container.encode(percentile(50), forKey: .p50)
        try container.encode(percentile(90), forKey: .p90)
        try container.encode(percentile(99), forKey: .p99)
        try container.encode(max, forKey: .max)
        try container.encode(bars, forKey: .bars)
    }
}
