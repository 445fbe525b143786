/// The data of an event, in the two forms that the JSON format knows.
public enum EventData: Sendable, Hashable {
    /// JSON text (UTF-8), kept as it is: the member `data`. Text that is not JSON travels here as a JSON string.
    case json([UInt8])
    /// Bytes: the member `data_base64`.
    case binary([UInt8])

    /// Text, as a JSON string. Give the event a `dataContentType` such as `text/plain`.
    public static func text(_ text: String) -> EventData {
        var json: [UInt8] = []
        JSONText.appendString(text.utf8, to: &json)
        return .json(json)
    }

    /// JSON text, kept as it is.
    public static func json(_ text: String) -> EventData { .json(Array(text.utf8)) }

    /// The content, if it is a JSON string or bytes in UTF-8; nil otherwise.
    public var text: String? {
        switch self {
        case .binary(let bytes):
            return String(validating: bytes, as: UTF8.self)
        case .json(let json):
            var cursor = JSONCursor(ByteReader(json.span))
            guard cursor.nextSignificant() == ASCII.quote else { return nil }
            cursor.position += 1
            let start = cursor.position
            guard let hasEscapes = try? cursor.skipString() else { return nil }
            return cursor.bytes.text(start..<cursor.position - 1, hasEscapes: hasEscapes)
        }
    }
}
