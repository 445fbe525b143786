/// The HTTP protocol binding 1.0.2: binary content mode, and which mode a message is in.
public enum HTTPBinding {
    /// The event of a message in binary content mode as JSON in the structured format, checked by every rule.
    ///
    /// Attributes come from `ce-` headers, `datacontenttype` from Content-Type. A body of a JSON media type must be JSON
    /// and becomes `data` as it is; any other becomes `data_base64`; an empty one is no data. A `ce-time` in the forms
    /// that `Timestamp.normalized` takes is normalised.
    /// - Parameter headers: all headers of the message; names in any case. Others than those above are passed over.
    public static func structuredEvent(
        headers: some Sequence<(name: String, value: String)>, body: RawSpan, limits: EventLimits = EventLimits()
    ) throws(EventError) -> [UInt8] {
        var output: [UInt8] = []
        var scanner = EventScanner(limits: limits)
        try scanner.scan(headers: headers, body: body, structured: &output)
        return output
    }

    /// The event of a message in binary content mode, as the other `structuredEvent` gives it.
    public static func structuredEvent(
        headers: some Sequence<(name: String, value: String)>, body: [UInt8], limits: EventLimits = EventLimits()
    ) throws(EventError) -> [UInt8] {
        try structuredEvent(headers: headers, body: unsafe body.span.bytes, limits: limits)
    }

    /// The events of a message in any content mode.
    public static func events(
        headers: some Collection<(name: String, value: String)>, body: RawSpan, limits: EventLimits = EventLimits()
    ) throws(EventError) -> [CloudEvent] {
        let contentType = headers.first { isContentType($0.name) }?.value
        guard ContentMode(contentType: contentType) == .binary else {
            return try EventFormat.decode(body, limits: limits)
        }
        return try EventFormat.decode(structuredEvent(headers: headers, body: body, limits: limits), limits: limits)
    }

    /// The events of a message in any content mode.
    public static func events(
        headers: some Collection<(name: String, value: String)>, body: [UInt8], limits: EventLimits = EventLimits()
    ) throws(EventError) -> [CloudEvent] {
        try events(headers: headers, body: unsafe body.span.bytes, limits: limits)
    }

    /// The headers of an event in binary content mode; names in lower case, values encoded.
    public static func binaryHeaders(of event: CloudEvent) -> [(name: String, value: String)] {
        var headers = [(name: "ce-specversion", value: "1.0")]
        headers.append(("ce-id", HeaderText.encode(event.id)))
        headers.append(("ce-source", HeaderText.encode(event.source)))
        headers.append(("ce-type", HeaderText.encode(event.type)))
        for (name, value) in event.optionalAttributes where name != AttributeName.datacontenttype.text {
            headers.append(("ce-" + name, HeaderText.encode(value)))
        }
        for (name, value) in event.extensions.sorted(by: { $0.key < $1.key }) {
            headers.append(("ce-" + name, HeaderText.encode(value.description)))
        }
        if let contentType = event.dataContentType {
            headers.append(("content-type", contentType))
        } else if case .json = event.data {
            headers.append(("content-type", "application/json"))
        }
        return headers
    }

    /// The body of an event in binary content mode: bytes as they are, JSON as its text, and text of a media type that
    /// is not JSON as itself. Empty without data.
    public static func binaryBody(of event: CloudEvent) -> [UInt8] {
        switch event.data {
        case .binary(let bytes): return bytes
        case .json(let json):
            if let contentType = event.dataContentType, !MediaType.isJSON(contentType), let text = event.data?.text {
                return Array(text.utf8)
            }
            return json
        case nil: return []
        }
    }

    static func isContentType(_ name: String) -> Bool {
        name.utf8.lazy.map(ASCII.lowercased).elementsEqual("content-type".utf8)
    }
}
