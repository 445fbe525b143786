/// What a broker is opened with.
public struct BrokerOptions: Sendable {
    /// The durability of topics that are made without naming one.
    public var defaultDurability: Durability

    /// Whether segments that have waited for a while are compressed in the background. Default: yes.
    public var compressesColdSegments = true

    /// Whether an event that the disk cannot read, or whose file was shortened meanwhile, is damage of its topic, as every other, and does
    /// not end the process. Sets the process's handler of SIGBUS; default: no. The server does it.
    public var survivesUnreadableFiles = false

    /// Told of everything that an operator should know. Called from any thread, also from the one that commits: it must
    /// return quickly, and call nothing of the broker.
    public var onNotice: @Sendable (BrokerNotice) -> Void = { _ in }

    /// The defaults.
    public init(defaultDurability: Durability = .durable) {
        self.defaultDurability = defaultDurability
    }
}
