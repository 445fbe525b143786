import Foundation

/// A JSON value as the bytes that the server sent. Members are found by looking, and nothing is decoded until it is
/// shown, so that what is printed is what was sent: numbers keep their digits and members their order.
///
/// The text is trusted to be JSON because a server sent it; a text that is not yields wrong answers, never a trap.
struct JSONText: Sendable, Equatable {
    /// The value, without white space around it.
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        var trimmed = bytes
        while trimmed.first?.isJSONWhitespace == true { trimmed.removeFirst() }
        while trimmed.last?.isJSONWhitespace == true { trimmed.removeLast() }
        self.bytes = trimmed
    }

    init(_ text: String) {
        self.init(Array(text.utf8)[...])
    }

    /// A document whose only member is an array, as the lists of the control plane are.
    init(list name: String, of elements: [JSONText]) {
        var bytes = Array("{\(JSONText.quoting(name)):[".utf8)
        for (position, element) in elements.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: element.bytes)
        }
        bytes.append(contentsOf: "]}".utf8)
        self.init(bytes[...])
    }

    /// `text` as a JSON string.
    static func quoting(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{00}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    var isObject: Bool { bytes.first == UInt8(ascii: "{") && bytes.last == UInt8(ascii: "}") }
    var isArray: Bool { bytes.first == UInt8(ascii: "[") && bytes.last == UInt8(ascii: "]") }

    /// The value of an object's member. O(bytes of the object).
    subscript(name: String) -> JSONText? {
        guard isObject else { return nil }
        for member in split(bytes.dropFirst().dropLast(), at: UInt8(ascii: ",")) {
            let sides = split(member, at: UInt8(ascii: ":"), once: true)
            if sides.count == 2, JSONText(sides[0]).string == name { return JSONText(sides[1]) }
        }
        return nil
    }

    /// The elements of an array; none when the value is no array.
    var elements: [JSONText] {
        guard isArray else { return [] }
        return split(bytes.dropFirst().dropLast(), at: UInt8(ascii: ",")).map { JSONText($0) }
            .filter { !$0.bytes.isEmpty }
    }

    /// The text of a JSON string, decoded; nil when the value is of another kind.
    var string: String? {
        guard bytes.first == UInt8(ascii: "\"") else { return nil }
        return try? JSONDecoder().decode(String.self, from: Data(bytes))
    }

    /// How the value is shown in a table: a string without its quotes, anything else as it was sent, on one line.
    var display: String {
        if let string { return string }
        if bytes.elementsEqual("null".utf8) { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Cuts at the separators that lie outside of every bracket and string.
    private func split(
        _ text: ArraySlice<UInt8>, at separator: UInt8, once: Bool = false
    ) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var nesting = JSONNesting()
        var start = text.startIndex
        for index in text.indices {
            if text[index] == separator, nesting.isAtTop, !(once && parts.count == 1) {
                parts.append(text[start..<index])
                start = index + 1
            }
            nesting.consume(text[index])
        }
        parts.append(text[start...])
        return parts
    }
}
