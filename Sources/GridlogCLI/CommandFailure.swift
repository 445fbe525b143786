/// Why a client verb could not do what was asked: a message that says what to do next, and the exit status.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
    /// How the process ends.
    let status: ExitStatus
    /// One line for standard error.
    let message: String

    var description: String { message }

    /// The same failure with more about where it happened.
    func noting(_ addition: String) -> CommandFailure {
        CommandFailure(status: status, message: "\(message) (\(addition))")
    }
}
