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
        get { unsafe _overrideLifetime(frame.payload, borrowing: self) }
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
        } catch {
            throw GridlogError(error)
        }
        var events = scanner.events
        if events.contains(where: \.hasNullMembers) { events = dropNullMembers(events) }
        if !events.isEmpty { EventRecords.append(events, to: frame) }
        return events.count
    }

    /// Makes the body an array of the same events without the members that count as not sent (decision 3).
    ///
    /// - Returns: where they lie now.
    private mutating func dropNullMembers(_ events: [ScannedEvent]) -> [ScannedEvent] {
        var array: [UInt8] = []
        array.reserveCapacity(count)
        let kept = events.map { event in
            array.append(UInt8(ascii: array.isEmpty ? "[" : ","))
            let json = bytes.extracting(event.offset..<event.offset + event.length)
            return EventFormat.appendWithoutNullMembers(json, scanned: event, to: &array)
        }
        array.append(UInt8(ascii: "]"))
        let rewritten = Publication(capacity: array.count)
        unsafe rewritten.append(array.span.bytes)
        self = rewritten
        return kept
    }
}
