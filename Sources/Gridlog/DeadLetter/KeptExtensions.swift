import CloudEvents
import FoundationEssentials

/// Extensions of an event that a dead-letter topic needs for itself, as the text of one more extension, so that putting the event back
/// gives them back.
enum KeptExtensions {
    private struct Value: Codable {
        var text: String?
        var number: Int32?
        var flag: Bool?
    }

    /// `nil` when there are none.
    static func encode(_ extensions: [String: AttributeValue]) -> AttributeValue? {
        guard !extensions.isEmpty else { return nil }
        let values = extensions.mapValues { value in
            switch value {
            case .string(let text): Value(text: text)
            case .integer(let number): Value(number: number)
            case .boolean(let flag): Value(flag: flag)
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(values)).map { .string(String(decoding: $0, as: UTF8.self)) }
    }

    /// What a text keeps; nothing when it is none of ours.
    static func decode(_ text: String) -> [String: AttributeValue] {
        guard let values = try? JSONDecoder().decode([String: Value].self, from: Data(text.utf8)) else { return [:] }
        return values.compactMapValues { value in
            value.text.map { .string($0) } ?? value.number.map { .integer($0) } ?? value.flag.map { .boolean($0) }
        }
    }
}
