import ArgumentParser

/// What the process's exit status says; the numbers are those of `sysexits.h`, so that a script can tell a wrong
/// request from a server that should be asked again.
enum ExitStatus: Int32, CaseIterable {
    /// Everything that was asked was done.
    case ok = 0
    /// Something failed that no other status names; also: at least one lock token was not settled.
    case failure = 1
    /// The command line is wrong; nothing was sent. ArgumentParser uses the same number.
    case usage = 64
    /// The events or the settings are refused (400, 413, 415), or the input is not what it should be.
    case badData = 65
    /// The topic, the event subscription or the input file does not exist (404).
    case notFound = 66
    /// No answer came: nothing listens there, or it did not answer in time.
    case unreachable = 69
    /// The resource is in a state that does not allow this (409).
    case conflict = 73
    /// The server cannot do it now; the same command may succeed later (429, 503, 507).
    case retryable = 75
    /// The key is missing, wrong, or does not allow this (401, 403).
    case accessDenied = 77

    /// The exit status for an HTTP status code.
    init(httpStatus: Int) {
        self =
            switch httpStatus {
            case 200..<300: .ok
            case 400, 413, 415: .badData
            case 401, 403: .accessDenied
            case 404: .notFound
            case 409: .conflict
            case 429, 503, 507: .retryable
            default: .failure
            }
    }

    /// One line for the help.
    var meaning: String {
        switch self {
        case .ok: "done"
        case .failure: "failed, or a lock token could not be settled"
        case .usage: "wrong command line"
        case .badData: "events or settings refused"
        case .notFound: "no such topic, event subscription or file"
        case .unreachable: "no answer from the server"
        case .conflict: "the resource's state does not allow it"
        case .retryable: "try again later"
        case .accessDenied: "key missing or wrong"
        }
    }

    /// The form in which ArgumentParser takes it.
    var exitCode: ExitCode { ExitCode(rawValue) }
}
