import CloudEvents
import EventLog
import Storage

/// The body of a publish request, on its way into the log.
///
/// Fill it with the bytes as they arrive; they are not copied again.
public struct Publication: Sendable {
    var frame: FrameBuffer

    /// An empty body with room for `capacity` bytes and the broker's own records.
    public init(capacity: Int) {
        frame = FrameBuffer(capacity: capacity + capacity / 16 + EventRecords.recordLength)
    }

    /// The length so far, in bytes.
    public var count: Int { frame.count }

    /// The bytes so far.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { _overrideLifetime(frame.payload, borrowing: self) }
    }

    /// Appends bytes of the body. O(bytes).
    public func append(_ bytes: RawSpan) {
        frame.append(bytes)
    }

    /// Finds and checks the events of the body and appends the table of their places.
    ///
    /// - Returns: how many events there are.
    mutating func seal(with scanner: inout EventScanner) throws(GridlogError) -> Int {
        do {
            try scanner.scan(bytes)
            if scanner.events.contains(where: \.hasNullMembers) {
                frame = Self.withoutNullMembers(bytes, scanner.events)
                try scanner.scan(bytes)
            }
        } catch {
            throw GridlogError(error)
        }
        if !scanner.events.isEmpty { EventRecords.append(scanner.events, to: frame) }
        return scanner.events.count
    }

    /// The same events without the members that count as not sent (decision 3), as an array.
    private static func withoutNullMembers(_ body: RawSpan, _ events: [ScannedEvent]) -> FrameBuffer {
        var array: [UInt8] = []
        array.reserveCapacity(body.byteCount)
        for event in events {
            array.append(UInt8(ascii: array.isEmpty ? "[" : ","))
            let bytes = body.extracting(event.offset..<event.offset + event.length)
            EventFormat.appendWithoutNullMembers(bytes, scanned: event, to: &array)
        }
        array.append(UInt8(ascii: "]"))
        let frame = FrameBuffer(capacity: array.count + events.count * EventRecords.recordLength)
        frame.append(array.span.bytes)
        return frame
    }
}
