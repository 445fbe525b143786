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
            append(event.id, as: .id, &flags, to: frame)
            append(event.source, as: .source, &flags, to: frame)
            append(event.type, as: .type, &flags, to: frame)
            append(event.subject, as: .subject, &flags, to: frame)
            append(event.time, as: .time, &flags, to: frame)
            frame.append(flags)
        }
    }

    private static func append(
        _ position: AttributePosition, as attribute: RecordedAttribute, _ flags: inout UInt32, to frame: FrameBuffer
    ) {
        if position.hasEscapes { flags |= 1 << attribute.rawValue }
        let fits = position.offset < UInt32(elsewhere) && position.length < UInt32(elsewhere)
        frame.append(fits ? UInt16(position.offset) : elsewhere)
        frame.append(fits ? UInt16(position.length) : elsewhere)
    }

    /// Where an event lies in the payload of its frame; `nil` when the table is not one. O(1).
    static func range(of index: Int, in payload: RawSpan, count: Int) -> Range<Int>? {
        guard let record = record(index, in: payload, count: count) else { return nil }
        let start = Int(payload.load(record, as: UInt32.self))
        let end = start + Int(payload.load(record + 4, as: UInt32.self))
        return end <= payload.byteCount - count * recordLength ? start..<end : nil
    }

    /// What a record says of an attribute.
    enum Note {
        case absent
        /// Where its value lies in the event.
        case at(JSONPlace)
        /// The value lies too far into the event, or is too long, for a record.
        case notNoted
    }

    /// Where an attribute of an event lies in the event. O(1).
    static func place(
        of attribute: RecordedAttribute, _ index: Int, in payload: RawSpan, count: Int
    ) -> Note {
        guard let record = record(index, in: payload, count: count) else { return .absent }
        let note = record + 8 + 4 * attribute.rawValue
        let offset = payload.load(note, as: UInt16.self)
        guard offset != elsewhere else { return .notNoted }
        guard offset != 0 else { return .absent }
        let length = payload.load(note + 2, as: UInt16.self)
        guard length != elsewhere else { return .notNoted }
        let flags = payload.load(record + 28, as: UInt32.self)
        return .at(
            JSONPlace(
                kind: .string, range: Int(offset)..<Int(offset) + Int(length),
                hasEscapes: flags & 1 << attribute.rawValue != 0))
    }

    private static func record(_ index: Int, in payload: RawSpan, count: Int) -> Int? {
        let table = payload.byteCount - count * recordLength
        guard table >= 0, (0..<count).contains(index) else { return nil }
        return table + index * recordLength
    }
}
