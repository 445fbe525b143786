/// Why a server cannot start: one line that says what to do next.
public struct StartFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line without a full stop.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
