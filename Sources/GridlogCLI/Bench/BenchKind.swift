/// What `gridlog bench` measures.
enum BenchKind: String, Sendable {
    case publish, consume, both

    var publishes: Bool { self != .consume }
    var receives: Bool { self != .publish }

    /// The operations that are measured.
    var operations: [BenchOperation] {
        switch self {
        case .publish: [.publish]
        case .consume: [.receive, .acknowledge]
        case .both: [.publish, .receive, .acknowledge]
        }
    }
}
