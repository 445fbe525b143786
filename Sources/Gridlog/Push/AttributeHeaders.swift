import CloudEvents
import Storage

/// The delivery attributes of a subscription, ready to be computed for each event (contract 3.5).
struct AttributeHeaders: Sendable {
    private enum Source: Sendable {
        case fixed(String)
        case field(FilterKey)
    }

    private let attributes: [(name: String, source: Source)]

    init(_ attributes: [DeliveryAttribute]) {
        self.attributes = attributes.compactMap { attribute in
            switch attribute.value {
            case .fixed(let text, _): (attribute.name, .fixed(text))
            case .field(let field): FilterKey(field).map { (attribute.name, .field($0)) }
            }
        }
    }

    /// The headers for an event; what it lacks is left out, and so is a value that no header can hold.
    func headers(of event: RawSpan) -> [PushDelivery.Header] {
        attributes.compactMap { name, source in
            switch source {
            case .fixed(let text): PushDelivery.Header(name: name, value: text)
            case .field(let key): Self.text(of: key, in: event).map { PushDelivery.Header(name: name, value: $0) }
            }
        }
    }

    private static func text(of key: FilterKey, in event: RawSpan) -> String? {
        let fields = EventFields(event)
        guard let place = fields.value(of: key), place.range.count <= DeliveryAttribute.valueBytesMax else {
            return nil
        }
        switch place.kind {
        case .string, .number, .boolean: break
        case .null, .object, .array: return nil
        }
        var text: [UInt8] = []
        fields.appendText(of: place, to: &text)
        guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
