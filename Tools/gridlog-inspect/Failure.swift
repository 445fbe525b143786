/// Why a command ends early, or what it found.
struct Failure: Error {
    /// The exit statuses (contract, decision 35).
    enum Status: Int32 {
        case sound = 0
        case damaged = 1
        case usage = 2
    }

    let status: Status
    /// For standard error: what was found and what to do; empty when all was said on standard output.
    let message: String

    init(_ status: Status, _ message: String = "") {
        self.status = status
        self.message = message
    }
}

extension Error {
    /// For people.
    var sentence: String { (self as? Failure)?.message ?? "\(self)" }
}
