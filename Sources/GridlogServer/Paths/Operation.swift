/// The operations of the data plane (contract 1.2).
enum Operation: String, Sendable, CaseIterable {
    case publish, receive, acknowledge, release, reject, renewLock

    /// - Parameter word: what follows the `:` of a path, in whatever case.
    init?(_ word: Substring) {
        if word.isWord("publish") {
            self = .publish
        } else if word.isWord("receive") {
            self = .receive
        } else if word.isWord("acknowledge") {
            self = .acknowledge
        } else if word.isWord("release") {
            self = .release
        } else if word.isWord("reject") {
            self = .reject
        } else if word.isWord("renewlock") {
            self = .renewLock
        } else {
            return nil
        }
    }
}

extension ResourcePath {
    /// The data-plane operation that the path names: publish on a topic, the others on an event subscription.
    /// Nil for every other path.
    var dataPlaneOperation: Operation? {
        guard !isCollection, let operation = operation.flatMap(Operation.init) else { return nil }
        return (operation == .publish) == (subscription == nil) ? operation : nil
    }
}
