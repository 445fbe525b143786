/// Whether a webhook has agreed to get events (contract 3.6).
public enum EndpointValidation: Sendable, Hashable, Codable {
    /// It has.
    case succeeded
    /// It was sent a URL that its owner must open, with this code in it, before a time in nanoseconds since 1970.
    case awaitingManualAction(code: String, until: UInt64)
    /// It has not agreed in time.
    case failed
}
