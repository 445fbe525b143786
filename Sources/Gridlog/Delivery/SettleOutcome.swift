import DeliveryIndex

/// What became of one token of a request.
public enum SettleOutcome: Sendable, Hashable {
    /// Done.
    case succeeded
    /// Unreadable, forged, or of another subscription or topic.
    case badToken
    /// Genuine, but expired, settled, or overtaken by a later delivery.
    case tokenLost

    init(_ outcome: TokenOutcome) {
        switch outcome {
        case .genuine: self = .succeeded
        case .badToken: self = .badToken
        case .lost: self = .tokenLost
        }
    }
}
