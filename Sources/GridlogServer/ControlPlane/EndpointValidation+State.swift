import Gridlog

extension EndpointValidation {
    /// Whether the endpoint did not agree in time.
    ///
    /// - Parameter now: nanoseconds since 1970.
    func hasFailed(now: UInt64) -> Bool {
        switch self {
        case .succeeded: false
        case .awaitingManualAction(_, let until): now >= until
        case .failed: true
        }
    }

    /// How far a push subscription has come, in Event Grid's words.
    ///
    /// - Parameter now: nanoseconds since 1970.
    func provisioningState(now: UInt64) -> String {
        if hasFailed(now: now) { return "Failed" }
        return self == .succeeded ? "Succeeded" : "AwaitingManualAction"
    }
}
