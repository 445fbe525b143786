/// Why a run ended.
enum LoadEnd: Sendable, Equatable {
    /// There was nothing more to do.
    case workDone
    /// The time was up.
    case timeUp
    /// SIGINT or SIGTERM.
    case interrupted
    case failed(CommandFailure)
}
