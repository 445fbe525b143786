import CloudEvents

/// Where in an event a filter looks.
enum FilterKey: Sendable, Hashable {
    /// An attribute whose place every stored event notes (FORMAT.md section 1).
    case recorded(RecordedAttribute)
    /// Another context attribute, or an extension, by its name in UTF-8.
    case member([UInt8])
    /// A value in the data, by the names of members from the outside in.
    case data([[UInt8]])

    /// `nil` when the text is no key.
    init?(_ text: String) {
        let names = text.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
        guard let first = names.first, names.allSatisfy({ !$0.isEmpty }) else { return nil }
        if first == Array("data".utf8) {
            self = .data(Array(names.dropFirst()))
        } else if let attribute = RecordedAttribute.allCases.first(where: { $0.name == text }) {
            self = .recorded(attribute)
        } else if names.count == 1, first.allSatisfy(Self.isAttributeByte) {
            self = .member(first)
        } else {
            return nil
        }
    }

    /// CloudEvents 1.0.2, "Attribute Naming Convention".
    private static func isAttributeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}

extension EventFields {
    /// The value of a key. O(bytes up to it).
    func value(of key: FilterKey) -> JSONPlace? {
        switch key {
        case .recorded(let attribute): member(Array(attribute.name.utf8))
        case .member(let name): member(name)
        case .data(let path): data(path)
        }
    }
}
