import CloudEvents

/// A line that is imported: an event, or one wrapped with its place as `export --positions` writes it.
struct ImportLine {
    /// The bytes of the event.
    let event: [UInt8]
    /// Where it was published, if the line says so.
    let topic: String?
    /// It was put back for one event subscription, and is in the log a second time.
    let isAddressed: Bool

    /// `nil` when the line is no JSON object.
    init?(_ line: ArraySlice<UInt8>) {
        let bytes = Array(line)
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0D]
        guard let first = bytes.first(where: { !blanks.contains($0) }), first == UInt8(ascii: "{"),
            bytes.last(where: { !blanks.contains($0) }) == UInt8(ascii: "}")
        else { return nil }
        let fields = EventFields(bytes.span.bytes)
        guard let place = fields.member(Self.eventName), place.kind == .object,
            place.range.upperBound < bytes.count
        else {
            event = bytes
            topic = nil
            isAddressed = false
            return
        }
        event = Array(bytes[place.range])
        var name: [UInt8] = []
        let named = fields.member(Self.topicName)
        if let named, named.kind == .string { fields.appendText(of: named, to: &name) }
        topic = name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
        isAddressed = fields.member(Self.addresseeName) != nil
    }

    private static let eventName = Array("event".utf8)
    private static let topicName = Array("topic".utf8)
    private static let addresseeName = Array("addressee".utf8)
}
