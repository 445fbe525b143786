import CloudEvents

/// What the server accepts in one publish request.
enum PublishLimits {
    /// Bytes of an event, and of a request.
    static let bytes = EventLimits().eventBytesMax
    /// Events of a request.
    static let events = EventLimits().eventsPerRequestMax
}
