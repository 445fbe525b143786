/// What can be asked about lock tokens that are held.
enum SettleOperation: Equatable, Sendable {
    case acknowledge
    /// Available again after this many seconds.
    case release(delay: Int)
    case reject
    case renewLock

    /// The word after the colon in the path.
    var verb: String {
        switch self {
        case .acknowledge: "acknowledge"
        case .release: "release"
        case .reject: "reject"
        case .renewLock: "renewLock"
        }
    }

    var query: [(name: String, value: String)] {
        if case .release(let delay) = self { [("releaseDelayInSeconds", String(delay))] } else { [] }
    }

    /// What a token's row says when it went well.
    var outcome: String {
        switch self {
        case .acknowledge: "acknowledged"
        case .release: "released"
        case .reject: "rejected"
        case .renewLock: "renewed"
        }
    }
}
