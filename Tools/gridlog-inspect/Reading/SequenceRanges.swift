/// Sequences, as ranges: the first of them are kept, what more there are is only counted.
struct SequenceRanges: Encodable {
    struct Run: Encodable {
        let first: UInt64
        var last: UInt64
    }

    private static let rangesMax = 100

    /// How many sequences.
    private(set) var count = 0
    private(set) var ranges: [Run] = []
    /// How many ranges were not kept.
    private(set) var more = 0
    private var last: UInt64?

    private enum CodingKeys: CodingKey {
        case count, ranges, more
    }

    var isEmpty: Bool { count == 0 }

    /// Adds a sequence that is greater than those before. O(1).
    mutating func add(_ sequence: UInt64) {
        count += 1
        defer { last = sequence }
        if let last, last < .max, sequence == last + 1 {
            if more == 0 { ranges[ranges.count - 1].last = sequence }
        } else if ranges.count < Self.rangesMax {
            ranges.append(Run(first: sequence, last: sequence))
        } else {
            more += 1
        }
    }

    /// For people: `3 events: 5, 8 to 9`.
    var text: String {
        var parts = ranges.map { $0.first == $0.last ? "\($0.first)" : "\($0.first) to \($0.last)" }
        if more > 0 { parts.append("and \(more) ranges more") }
        return "\(count) event\(count == 1 ? "" : "s"): \(parts.joined(separator: ", "))"
    }
}
