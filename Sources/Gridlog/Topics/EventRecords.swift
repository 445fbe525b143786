import CloudEvents
import EventLog
import Storage

/// The table at the end of an events frame (FORMAT.md section 1): where each event lies, and its filterable attributes.
enum EventRecords {
    static let recordLength = 32
    private static let elsewhere = UInt16.max

    /// Appends the table for events whose offsets are relative to the payload.
    static func append(_ events: [ScannedEvent], to frame: FrameBuffer) {
        frame.pad()
        frame.reserve(events.count * recordLength)
        for event in events {
            frame.append(UInt32(event.offset))
            frame.append(UInt32(event.length))
            var flags: UInt32 = 0
            append(event.id, flag: 0, &flags, to: frame)
            append(event.source, flag: 1, &flags, to: frame)
            append(event.type, flag: 2, &flags, to: frame)
            append(event.subject, flag: 3, &flags, to: frame)
            append(event.time, flag: 4, &flags, to: frame)
            frame.append(flags)
        }
    }

    private static func append(
        _ attribute: AttributePosition, flag: UInt32, _ flags: inout UInt32, to frame: FrameBuffer
    ) {
        if attribute.hasEscapes { flags |= 1 << flag }
        let fits = attribute.offset < UInt32(elsewhere) && attribute.length < UInt32(elsewhere)
        frame.append(fits ? UInt16(attribute.offset) : elsewhere)
        frame.append(fits ? UInt16(attribute.length) : elsewhere)
    }

    /// Where an event lies in the payload of its frame; `nil` when the table is not one. O(1).
    static func range(of index: Int, in payload: RawSpan, count: Int) -> Range<Int>? {
        guard let record = record(index, in: payload, count: count) else { return nil }
        let start = Int(payload.load(record, as: UInt32.self))
        let end = start + Int(payload.load(record + 4, as: UInt32.self))
        return end <= payload.byteCount - count * recordLength ? start..<end : nil
    }

    /// Where the `type` of an event lies in the payload. O(1), unless the value lies far into a long event.
    static func type(of index: Int, in payload: RawSpan, count: Int) -> (range: Range<Int>, hasEscapes: Bool)? {
        guard let event = range(of: index, in: payload, count: count),
            let record = record(index, in: payload, count: count)
        else { return nil }
        let offset = payload.load(record + 16, as: UInt16.self)
        guard offset != elsewhere else { return scannedType(payload, event) }
        let start = event.lowerBound + Int(offset)
        let end = start + Int(payload.load(record + 18, as: UInt16.self))
        guard end <= event.upperBound else { return nil }
        return (start..<end, payload.load(record + 28, as: UInt32.self) & 1 << 2 != 0)
    }

    private static func record(_ index: Int, in payload: RawSpan, count: Int) -> Int? {
        let table = payload.byteCount - count * recordLength
        guard table >= 0, (0..<count).contains(index) else { return nil }
        return table + index * recordLength
    }

    private static func scannedType(_ payload: RawSpan, _ event: Range<Int>) -> (Range<Int>, Bool)? {
        var scanner = EventScanner()
        guard (try? scanner.scan(payload.extracting(event))) != nil, let type = scanner.events.first?.type else {
            return nil
        }
        let start = event.lowerBound + Int(type.offset)
        return (start..<start + Int(type.length), type.hasEscapes)
    }
}
