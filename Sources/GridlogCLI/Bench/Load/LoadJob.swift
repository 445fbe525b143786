/// What one connection of a run is for.
struct LoadJob: Sendable {
    /// It publishes, and does not receive.
    let publishes: Bool
    /// When its requests are due; nil in a closed loop, where the next follows the answer.
    let pacer: Pacer?
    /// Makes its work, on its event loop.
    let makeWork: @Sendable (LoadState) -> any BenchWork
}
