/// Reads one JSON text (RFC 8259). Depth is limited and a member's name may stand once in its object, so that no text
/// costs more than a small multiple of its length.
struct JSONParser {
    private let bytes: [UInt8]
    var offset = 0
    private var depth = 0

    /// Arrays and objects within each other, the outermost being 1.
    static let depthMax = 64
    /// Members of one object: they are compared with each other.
    static let membersMax = 100

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parseDocument() throws(JSONParseError) -> JSONValue {
        let value = try parseValue()
        skipWhitespace()
        if offset < bytes.count { throw error("nothing may follow the value") }
        return value
    }

    private mutating func parseValue() throws(JSONParseError) -> JSONValue {
        skipWhitespace()
        guard let byte = next else { throw error("it ends where a value must stand") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { (parser) throws(JSONParseError) in try parser.parseObject() }
        case UInt8(ascii: "["): return try nested { (parser) throws(JSONParseError) in try parser.parseArray() }
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        default: throw error("a value must stand here")
        }
    }

    private mutating func nested(
        _ parse: (inout JSONParser) throws(JSONParseError) -> JSONValue
    ) throws(JSONParseError) -> JSONValue {
        if depth == Self.depthMax { throw error("more than \(Self.depthMax) arrays and objects within each other") }
        depth += 1
        offset += 1
        let value = try parse(&self)
        depth -= 1
        return value
    }

    private mutating func parseArray() throws(JSONParseError) -> JSONValue {
        var elements: [JSONValue] = []
        skipWhitespace()
        if skip(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try parseValue())
            skipWhitespace()
            if skip(UInt8(ascii: "]")) { return .array(elements) }
            if !skip(UInt8(ascii: ",")) { throw error("',' or ']' must stand here") }
        }
    }

    private mutating func parseObject() throws(JSONParseError) -> JSONValue {
        var object = JSONObject()
        skipWhitespace()
        if skip(UInt8(ascii: "}")) { return .object(object) }
        while true {
            skipWhitespace()
            if next != UInt8(ascii: "\"") { throw error("the name of a member, in quotes, must stand here") }
            let start = offset
            let name = try parseString()
            if object[name] != nil { throw JSONParseError(offset: start, reason: "\"\(name)\" stands here again") }
            if object.members.count == Self.membersMax { throw error("more than \(Self.membersMax) members") }
            skipWhitespace()
            if !skip(UInt8(ascii: ":")) { throw error("':' must stand here") }
            object[name] = try parseValue()
            skipWhitespace()
            if skip(UInt8(ascii: "}")) { return .object(object) }
            if !skip(UInt8(ascii: ",")) { throw error("',' or '}' must stand here") }
        }
    }

    private mutating func parseWord(_ word: String, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        guard bytes[offset...].starts(with: word.utf8) else { throw error("a value must stand here") }
        offset += word.utf8.count
        return value
    }
}

extension JSONParser {
    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    func error(_ reason: String) -> JSONParseError {
        JSONParseError(offset: offset, reason: reason)
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    mutating func skipWhitespace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    func text(from start: Int) -> Substring {
        Substring(decoding: bytes[start..<offset], as: UTF8.self)
    }
}
