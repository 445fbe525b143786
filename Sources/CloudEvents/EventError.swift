/// What is wrong with a body or an event, in words for the one who sent it.
public struct EventError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault.
    public enum Code: Sendable {
        /// The body is not JSON by RFC 8259, not UTF-8, or nested too deeply.
        case brokenJSON
        /// The body is JSON, but not an event by the rules of CloudEvents 1.0.2.
        case notAnEvent
        /// An event is larger than `EventLimits.eventBytesMax`.
        case eventTooLarge
        /// A batch has more events than `EventLimits.eventsPerRequestMax`.
        case tooManyEvents
        /// A header of the binary content mode cannot be decoded.
        case malformedHeader
    }

    /// The kind of fault.
    public var code: Code
    /// What is wrong, where, and what to do; one line without a line break.
    public var message: String
    /// Where in the body the fault was seen, in bytes from 0. Nil if it is not about a place in the body.
    public var byteOffset: Int?
    /// Which event of a batch it is about, from 0. Nil for a single event.
    public var eventIndex: Int?

    /// An error with its words.
    public init(_ code: Code, _ message: String, byteOffset: Int? = nil, eventIndex: Int? = nil) {
        self.code = code
        self.message = message
        self.byteOffset = byteOffset
        self.eventIndex = eventIndex
    }

    /// The message.
    public var description: String { message }
}
