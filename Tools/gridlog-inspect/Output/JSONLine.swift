/// One object on one line, member after member; for values that are JSON already, without building them.
struct JSONLine {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func add(_ name: String, _ number: some BinaryInteger) { add(name, json: Array(String(number).utf8)) }

    mutating func add(_ name: String, _ flag: Bool) { add(name, json: Array((flag ? "true" : "false").utf8)) }

    mutating func add(_ name: String, _ text: String?) {
        guard let text else { return }
        add(name, json: Self.quoted(text))
    }

    /// Adds a value that is JSON.
    mutating func add(_ name: String, json: some Sequence<UInt8>) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes += Self.quoted(name)
        bytes.append(UInt8(ascii: ":"))
        bytes += json
    }

    /// Adds a number, if there is one.
    mutating func add(_ name: String, _ number: UInt64?) {
        if let number { add(name, json: Array(String(number).utf8)) }
    }

    /// The object.
    var object: [UInt8] { bytes + [UInt8(ascii: "}")] }

    /// The object, with the end of the line.
    var line: [UInt8] { object + [0x0A] }

    /// Values that are JSON, as an array.
    static func array(_ values: [[UInt8]]) -> [UInt8] {
        [UInt8(ascii: "[")] + values.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
    }

    static func quoted(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: bytes.append(byte)
            }
        }
        return bytes + [UInt8(ascii: "\"")]
    }
}
