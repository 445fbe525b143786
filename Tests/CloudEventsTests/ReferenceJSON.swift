/// JSON as a tree, read slowly and plainly by RFC 8259: what the scanner is compared with.
indirect enum ReferenceJSON {
    case null
    case boolean
    case number(String)
    /// Scalar values, and lone surrogates as they are.
    case string([UInt32])
    case array([ReferenceJSON])
    case object([(name: [UInt32], value: ReferenceJSON)])
}

struct ReferenceFailure: Error {}

/// A recursive reader.
struct ReferenceReader {
    private let bytes: [UInt8]
    private var position = 0

    /// Reads a body: the depth counts from the elements of an array.
    static func body(_ bytes: [UInt8]) throws -> ReferenceJSON {
        var reader = ReferenceReader(bytes: bytes)
        reader.skipWhitespace()
        let isBatch = reader.peek == UInt8(ascii: "[")
        let value = try reader.value(depth: isBatch ? 65 : 64)
        reader.skipWhitespace()
        guard reader.position == bytes.count else { throw ReferenceFailure() }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhitespace() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws -> ReferenceJSON {
        skipWhitespace()
        if take("\"") { return .string(try string()) }
        if take("[") { return .array(try elements(depth: depth)) }
        if take("{") { return .object(try members(depth: depth)) }
        let start = position
        while let byte = peek, Character(Unicode.Scalar(byte)).isLetter || "+-.0123456789".utf8.contains(byte) {
            position += 1
        }
        let token = String(decoding: bytes[start..<position], as: UTF8.self)
        if token == "null" { return .null }
        if token == "true" || token == "false" { return .boolean }
        guard token.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+\-]?[0-9]+)?/) != nil else {
            throw ReferenceFailure()
        }
        return .number(token)
    }

    private mutating func elements(depth: Int) throws -> [ReferenceJSON] {
        guard depth > 0 else { throw ReferenceFailure() }
        skipWhitespace()
        if take("]") { return [] }
        var result: [ReferenceJSON] = []
        while true {
            result.append(try value(depth: depth - 1))
            skipWhitespace()
            if take("]") { return result }
            guard take(",") else { throw ReferenceFailure() }
        }
    }

    private mutating func members(depth: Int) throws -> [(name: [UInt32], value: ReferenceJSON)] {
        guard depth > 0 else { throw ReferenceFailure() }
        skipWhitespace()
        if take("}") { return [] }
        var result: [(name: [UInt32], value: ReferenceJSON)] = []
        while true {
            skipWhitespace()
            guard take("\"") else { throw ReferenceFailure() }
            let name = try string()
            skipWhitespace()
            guard take(":") else { throw ReferenceFailure() }
            result.append((name, try value(depth: depth - 1)))
            skipWhitespace()
            if take("}") { return result }
            guard take(",") else { throw ReferenceFailure() }
        }
    }

    /// Behind the opening quote; to behind the closing one.
    private mutating func string() throws -> [UInt32] {
        var units: [UInt32] = []
        while true {
            guard let byte = peek, byte >= 0x20 else { throw ReferenceFailure() }
            if take("\"") { return Self.paired(units) }
            if take("\\") {
                units.append(try escape() | Self.escapeMark)
                continue
            }
            let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            guard position + length <= bytes.count,
                let text = String(validating: bytes[position..<position + length], as: UTF8.self),
                let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1
            else { throw ReferenceFailure() }
            units.append(scalar.value)
            position += length
        }
    }

    private mutating func escape() throws -> UInt32 {
        let simple: [Unicode.Scalar: UInt32] = [
            "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
        ]
        guard let byte = peek else { throw ReferenceFailure() }
        position += 1
        if byte != UInt8(ascii: "u") {
            guard let unit = simple[Unicode.Scalar(byte)] else { throw ReferenceFailure() }
            return unit
        }
        guard position + 4 <= bytes.count else { throw ReferenceFailure() }
        let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        guard digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }), let unit = UInt32(digits, radix: 16)
        else { throw ReferenceFailure() }
        position += 4
        return unit
    }

    /// Marks a unit that came from an escape, so that only two escapes make a pair.
    private static let escapeMark: UInt32 = 1 << 31

    private static func paired(_ units: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var index = 0
        while index < units.count {
            let unit = units[index]
            let next = index + 1 < units.count ? units[index + 1] : 0
            if unit & ~0x3FF == escapeMark | 0xD800, next & ~0x3FF == escapeMark | 0xDC00 {
                result.append(0x1_0000 + ((unit & 0x3FF) << 10) + (next & 0x3FF))
                index += 2
            } else {
                result.append(unit & ~escapeMark)
                index += 1
            }
        }
        return result
    }
}
