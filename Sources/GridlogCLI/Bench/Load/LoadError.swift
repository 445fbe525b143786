/// What can go wrong with a request without ending the run.
enum LoadError: Hashable, Sendable {
    /// The server refused it with this HTTP status.
    case status(Int)
    /// A lock token of an acknowledge request was not settled.
    case lostToken
    /// The time was up, or the connection gone, before the answer came.
    case unanswered

    /// As it is shown.
    var name: String {
        switch self {
        case .status(let status): String(status)
        case .lostToken: "token lost"
        case .unanswered: "unanswered"
        }
    }
}
