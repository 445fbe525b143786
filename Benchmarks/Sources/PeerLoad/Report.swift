/// What one run of the load came to.
struct Report {
    /// Answered within the counted time, which lasted for `seconds`: to the last answer when it ended by count.
    var events = 0
    var seconds = 0.0
    /// Answered at all, warm-up and end included: what the server must hold.
    var total = 0
    var errors = 0
    /// Whether the load ended before its time because nothing was left to receive.
    var isEmptied = false
    /// Cores that the load itself used.
    var cpu = 0.0
    /// How long each exchange took.
    var milliseconds: [Double] = []

    var json: String {
        let sorted = milliseconds.sorted()
        func percentile(_ share: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
        let members: [(String, String)] = [
            ("events", "\(events)"), ("seconds", "\(seconds)"), ("rate", "\(Double(events) / max(seconds, 0.001))"),
            ("total", "\(total)"), ("errors", "\(errors)"), ("emptied", "\(isEmptied)"), ("cpu", "\(cpu)"),
            ("p50", "\(percentile(0.5))"), ("p99", "\(percentile(0.99))"),
        ]
        return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }
}
