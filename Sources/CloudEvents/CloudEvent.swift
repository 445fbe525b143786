/// An event by CloudEvents 1.0.2: who says what happened, about what, and its data.
///
/// A plain value. Nothing is checked when it is put together; `validate()` does that, and everything that is read from
/// JSON or HTTP has been checked.
///
/// ```swift
/// let event = CloudEvent(
///     id: "A-1", source: "/shop/7", type: "com.example.order.v1",
///     data: .json(#"{"total":12}"#))
/// let body = event.json()
/// ```
public struct CloudEvent: Sendable, Hashable, Identifiable {
    /// Names the event; `source` and `id` together are unique. Not empty.
    public var id: String
    /// Where the event comes from, a URI reference. Not empty.
    public var source: String
    /// What kind of thing happened, best with a reversed domain name in front. Not empty.
    public var type: String
    /// What the event is about within its source. Nil or not empty.
    public var subject: String?
    /// When it happened: RFC 3339, for example `2026-01-02T03:04:05Z`; see `Timestamp`.
    public var time: String?
    /// The media type of the data. Nil with data means `application/json` in the JSON format.
    public var dataContentType: String?
    /// The schema that the data follows, an absolute URI.
    public var dataSchema: String?
    /// Further attributes. Names consist of lower-case letters `a` to `z` and digits, best no more than 20 of them.
    public var extensions: [String: AttributeValue]
    /// Nil if the event has no data; `.json` with the text `null` is data.
    public var data: EventData?

    /// An event of version 1.0.
    public init(
        id: String, source: String, type: String, subject: String? = nil, time: String? = nil,
        dataContentType: String? = nil, dataSchema: String? = nil, extensions: [String: AttributeValue] = [:],
        data: EventData? = nil
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.subject = subject
        self.time = time
        self.dataContentType = dataContentType
        self.dataSchema = dataSchema
        self.extensions = extensions
        self.data = data
    }

    /// Checks every rule of CloudEvents 1.0.2, with the limits that a broker sets; O(size).
    public func validate(limits: EventLimits = EventLimits()) throws(EventError) {
        for name in extensions.keys.sorted() where AttributeName(text: name) != nil {
            throw EventError(
                .notAnEvent, "The event is refused: '\(name)' is an attribute of its own and cannot be an extension.")
        }
        if case .json(let json) = data {
            do throws(Fault) {
                var cursor = JSONCursor(ByteReader(json.span))
                try cursor.skipValue(depthLeft: limits.depthLimit - 1)
                try cursor.skipToEnd()
            } catch {
                throw EventError(error, inDataOf: ByteReader(json.span), limits: limits)
            }
        }
        let json = json()
        var scanner = EventScanner(limits: limits)
        do throws(EventError) {
            try scanner.scan(json.span)
        } catch {
            throw error.withoutPlace
        }
    }
}
