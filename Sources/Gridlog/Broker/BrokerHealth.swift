/// Whether the broker can answer.
public struct BrokerHealth: Sendable, Hashable {
    /// What cannot be used, one line each.
    public var problems: [String]
    /// What can be used but needs to be looked at, one line each: a slow disk, damage that was found before anyone needed the
    /// data.
    public var warnings: [String]

    /// Whether every topic serves, and topics and event subscriptions can be changed.
    public var isReady: Bool { problems.isEmpty }
    /// Whether it is ready, but something needs to be looked at.
    public var isDegraded: Bool { isReady && !warnings.isEmpty }
}
