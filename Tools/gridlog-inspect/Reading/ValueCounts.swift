/// How often each text occurs, of a bounded number of them.
struct ValueCounts: Encodable {
    struct Entry: Encodable {
        let value: String
        let count: Int
    }

    private static let valuesMax = 10_000
    private static let valueBytesMax = 1_024
    private static let shown = 10

    private var counts: [String: Int] = [:]
    /// Occurrences of what came when there were too many different ones already, or is too long.
    private(set) var others = 0

    private enum CodingKeys: CodingKey {
        case top, distinct, others
    }

    mutating func add(_ value: String) {
        if let count = counts[value] {
            counts[value] = count + 1
        } else if counts.count < Self.valuesMax, value.utf8.count <= Self.valueBytesMax {
            counts[value] = 1
        } else {
            others += 1
        }
    }

    /// The most frequent ones.
    var top: [Entry] {
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.prefix(Self.shown).map { Entry(value: $0.key, count: $0.value) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(top, forKey: .top)
        try container.encode(counts.count, forKey: .distinct)
        try container.encode(others, forKey: .others)
    }
}
