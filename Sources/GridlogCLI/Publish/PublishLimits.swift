import CloudEvents
import GridlogServer

/// What the server accepts in one publish request.
enum PublishLimits {
    /// Bytes of an event, and of a request.
    static let bytes = min(EventLimits().eventBytesMax, RequestLimits.bodyBytesMax)
    /// Events of a request.
    static let events = EventLimits().eventsPerRequestMax
}
