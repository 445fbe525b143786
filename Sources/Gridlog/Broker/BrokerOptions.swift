/// What a broker is opened with.
public struct BrokerOptions: Sendable {
    /// The durability of topics that are made without naming one.
    public var defaultDurability: Durability

    /// The defaults.
    public init(defaultDurability: Durability = .durable) {
        self.defaultDurability = defaultDurability
    }
}

/// Whether the broker can answer.
public struct BrokerHealth: Sendable, Hashable {
    /// What is wrong, one line each; empty when all is well.
    public var problems: [String]

    /// Whether every topic serves.
    public var isReady: Bool { problems.isEmpty }
}
