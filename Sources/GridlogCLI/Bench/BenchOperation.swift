/// What a request of `gridlog bench` does; figures are kept for each.
enum BenchOperation: Int, CaseIterable, Sendable {
    case publish, receive, acknowledge

    /// As it is shown.
    var name: String {
        switch self {
        case .publish: "publish"
        case .receive: "receive"
        case .acknowledge: "acknowledge"
        }
    }
}
