/// What a run did so far, in all: with what came before the measured part and after it.
struct LoadCounts: Sendable, Equatable {
    /// Successful answers.
    var answers = 0
    /// Requests that were refused, and answers that settled less than they were asked to.
    var refusals = 0
    /// Events that the server said it has.
    var published = 0
    /// Events that the server said are settled.
    var acknowledged = 0
}
