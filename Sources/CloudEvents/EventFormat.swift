/// The JSON event format and the JSON batch format (CloudEvents 1.0.2, `json-format.md`).
public enum EventFormat {
    /// The Content-Type of one event.
    public static let contentType = "application/cloudevents+json; charset=utf-8"
    /// The Content-Type of a batch.
    public static let batchContentType = "application/cloudevents-batch+json; charset=utf-8"

    /// The events of a structured or batch body.
    public static func decode(
        _ body: RawSpan, limits: EventLimits = EventLimits()
    ) throws(EventError) -> [CloudEvent] {
        var scanner = EventScanner(limits: limits)
        try scanner.scan(body)
        let bytes = ByteReader(body)
        var events: [CloudEvent] = []
        events.reserveCapacity(scanner.events.count)
        for event in scanner.events {
            events.append(CloudEvent(scanned: ByteReader(bytes.bytes(event.offset..<event.offset + event.length))))
        }
        return events
    }

    /// The events of a structured or batch body.
    public static func decode(
        _ body: [UInt8], limits: EventLimits = EventLimits()
    ) throws(EventError) -> [CloudEvent] {
        try decode(unsafe body.span.bytes, limits: limits)
    }

    /// One event as JSON; see `CloudEvent.json()`.
    public static func encode(_ event: CloudEvent) -> [UInt8] { event.json() }

    /// A batch as a JSON array. The events are not validated.
    public static func encodeBatch(_ events: some Sequence<CloudEvent>) -> [UInt8] {
        var output: [UInt8] = [ASCII.openBracket]
        for event in events {
            if output.count > 1 { output.append(ASCII.comma) }
            event.appendJSON(to: &output)
        }
        output.append(ASCII.closeBracket)
        return output
    }

    /// Appends a scanned event without the members whose value is `null`, which count as not sent. `"data": null` stays:
    /// it is data. The other members stay as they were written; whitespace between them goes.
    /// - Parameters:
    ///   - event: the event's bytes, from its `{` to its `}`.
    ///   - scanned: what the scanner found in them.
    /// - Returns: the same for what was appended; its `offset` counts from the start of `output`.
    @discardableResult
    public static func appendWithoutNullMembers(
        _ event: RawSpan, scanned: ScannedEvent, to output: inout [UInt8]
    ) -> ScannedEvent {
        let start = output.count
        var result = scanned
        result.offset = start
        result.hasNullMembers = false
        output.append(ASCII.openBrace)
        var members = EventMembers(ByteReader(event))
        while let member = members.next() {
            if members.isNull(member), members.name(member) != AttributeName.data.text { continue }
            if output.count > start + 1 { output.append(ASCII.comma) }
            let written = member.name.lowerBound - 1..<member.value.upperBound
            let distance = output.count - start - written.lowerBound
            for place in [\ScannedEvent.id, \.source, \.type, \.subject, \.time]
            where written.contains(Int(scanned[keyPath: place].offset)) {
                result[keyPath: place].offset = UInt32(Int(scanned[keyPath: place].offset) + distance)
            }
            members.bytes.append(written, to: &output)
        }
        output.append(ASCII.closeBrace)
        result.length = output.count - start
        return result
    }
}
