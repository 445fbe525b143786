/// What is the most that a body may hold.
public struct EventLimits: Sendable, Hashable {
    /// Bytes of one event in its JSON form, 1 to `UInt32.max`.
    public var eventBytesMax = 1_048_576
    /// Events in one batch.
    public var eventsPerRequestMax = 1_000
    /// Objects and arrays open at once, the event's own object being the first; 1 to 64, larger values mean 64.
    public var depthMax = 64

    /// The limits of Event Grid namespaces.
    public init() {}
}
