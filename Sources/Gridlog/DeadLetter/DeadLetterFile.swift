import CloudEvents
import Storage

/// What a file of dead-lettered events holds.
enum DeadLetterFile {
    /// No file that is read may be longer, in bytes: a batch of events of the greatest length.
    static let bytesMax = 128 << 20

    struct Entry {
        let stored: StoredDeadLetter
        /// Its three members as they are written.
        let properties: [UInt8]
        let custom: [UInt8]
        /// It was put back to its event subscription.
        let isRedriven: Bool
    }

    /// The entries of a file; `nil` when it holds something else. Never traps, whatever the bytes.
    static func entries(of json: [UInt8]) -> [Entry]? {
        // As the data of an event, so that the reader of events finds what is in it.
        let wrapped = Array(#"{"data":"#.utf8) + json + Array("}".utf8)
        let bytes = unsafe wrapped.span.bytes
        let file = EventFields(bytes)
        guard let array = file.data([]), array.kind == .array else { return nil }
        var entries: [Entry] = []
        var isWhole = true
        file.forEachElement(of: array) { element in
            guard let entry = entry(bytes.extracting(element.range)) else {
                isWhole = false
                return false
            }
            entries.append(entry)
            return true
        }
        return isWhole ? entries : nil
    }

    private static func entry(_ bytes: RawSpan) -> Entry? {
        let fields = EventFields(bytes)
        guard let event = fields.member(Array("event".utf8)), event.kind == .object,
            let properties = fields.member(Array("deadLetterProperties".utf8)), properties.kind == .object
        else { return nil }
        let eventFields = EventFields(bytes.extracting(event.range))
        let propertyFields = EventFields(bytes.extracting(properties.range))
        guard let id = eventFields.text(of: "id"), let time = propertyFields.text(of: "deadletterutc"),
            let storedAt = Timestamp.nanosecondsSince1970(time)
        else { return nil }
        let custom = fields.member(Array("customDeliveryProperties".utf8))
        return Entry(
            stored: StoredDeadLetter(
                id: id, event: bytes.extracting(event.range).array(), storedAt: storedAt,
                publishedAt: propertyFields.text(of: "publishutc").flatMap(Timestamp.nanosecondsSince1970) ?? 0,
                reason: propertyFields.text(of: "deadletterreason") ?? "",
                attempts: propertyFields.integer(of: "deliveryattempts") ?? 0),
            properties: bytes.extracting(properties.range).array(),
            custom: custom.map { bytes.extracting($0.range).array() } ?? Array("{}".utf8),
            isRedriven: propertyFields.text(of: redrivenName) != nil)
    }

    /// The member that marks what was put back.
    private static let redrivenName = "redriven"

    /// The file's content, with some entries marked as put back.
    static func render(_ entries: [Entry], redriven: Set<Int>) -> [UInt8] {
        var json: [UInt8] = []
        for (position, entry) in entries.enumerated() {
            json.append(UInt8(ascii: position == 0 ? "[" : ","))
            let mark = Array(#","\#(redrivenName)":"true"}"#.utf8)
            let properties = redriven.contains(position) ? entry.properties.dropLast() + mark : entry.properties
            append(properties: properties, custom: entry.custom, event: entry.stored.event, to: &json)
        }
        json.append(UInt8(ascii: "]"))
        return json
    }

    /// Appends an entry, of which the members are JSON already.
    static func append(properties: [UInt8], custom: [UInt8], event: [UInt8], to json: inout [UInt8]) {
        json += #"{"deadLetterProperties":"#.utf8
        json += properties
        json += #","customDeliveryProperties":"#.utf8
        json += custom
        json += #","event":"#.utf8
        json += event
        json.append(UInt8(ascii: "}"))
    }
}

extension EventFields {
    /// The value of a member of the outermost object, when it is a whole number.
    func integer(of name: String) -> Int? {
        guard let place = member(Array(name.utf8)), case .integer(let number)? = number(place) else { return nil }
        return Int(number)
    }

    /// The text of a member of the outermost object, when it is a string.
    func text(of name: String) -> String? {
        guard let place = member(Array(name.utf8)), place.kind == .string else { return nil }
        var text: [UInt8] = []
        appendText(of: place, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
