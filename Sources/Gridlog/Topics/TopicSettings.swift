/// How a topic behaves.
public struct TopicSettings: Sendable, Hashable, Codable {
    /// How many days events are kept at most: 1 to 7.
    public var eventRetentionInDays: Int
    /// What the answer to a publish or settle request promises.
    public var durability: Durability

    /// Settings with the defaults of Event Grid.
    public init(eventRetentionInDays: Int = 7, durability: Durability = .durable) {
        self.eventRetentionInDays = eventRetentionInDays
        self.durability = durability
    }

    var retentionInSeconds: Int { eventRetentionInDays * 86_400 }

    func validate() throws(GridlogError) {
        guard (1...7).contains(eventRetentionInDays) else {
            throw GridlogError(
                .invalidArgument, "eventRetentionInDays is \(eventRetentionInDays); it must be from 1 to 7.")
        }
    }
}
