/// Something that the operator of a broker should know, for a log.
public struct BrokerNotice: Sendable, Hashable {
    /// How bad it is.
    public enum Severity: Sendable, Hashable {
        /// It serves, but something needs to be looked at.
        case warning
        /// A topic cannot serve.
        case error
    }

    /// How bad it is.
    public var severity: Severity
    /// What happened and what to do, in one line.
    public var message: String
}
