import Gridlog
import NIOCore

/// The lock tokens of a settle or renew request, as they were written: `{"lockTokens":["…"]}`.
struct LockTokenList: Sendable {
    /// Bytes of JSON, in which the tokens lie.
    private var bytes: [UInt8]
    /// Where each token lies: the bytes between the quotes of a JSON string.
    private var places: [Range<Int>] = []

    /// Reads a request body. The form that every client writes costs one pass and no allocation for each token; any other
    /// valid JSON goes through the general parser.
    init(_ body: RawSpan) throws(ErrorAnswer) {
        bytes = body.withUnsafeBytes { Array($0) }
        if !scanPlainForm() { try parse() }
        guard places.count <= RequestLimits.lockTokensMax else {
            throw ErrorAnswer(
                .badRequest,
                "The request has \(places.count) lock tokens; send at most \(RequestLimits.lockTokensMax) at once.")
        }
    }

    /// Hands the tokens to the broker, in their order.
    func append(to tokens: inout LockTokens) {
        for place in places { tokens.append(bytes.span.extracting(place).bytes) }
    }

    // MARK: - Reading

    /// One object with the one member, whose strings hold no escapes and nothing but ASCII.
    private mutating func scanPlainForm() -> Bool {
        var position = 0
        guard skip("{", &position), skip("\"lockTokens\"", &position), skip(":", &position), skip("[", &position) else {
            return false
        }
        if !skip("]", &position) {
            repeat {
                guard let place = scanString(&position) else { return false }
                places.append(place)
            } while skip(",", &position)
            guard skip("]", &position) else { return false }
        }
        guard skip("}", &position) else { return false }
        skipSpace(&position)
        return position == bytes.count
    }

    /// Passes over white space and the text, if it stands there.
    private func skip(_ text: StaticString, _ position: inout Int) -> Bool {
        skipSpace(&position)
        let isThere = text.withUTF8Buffer { expected in
            bytes.count - position >= expected.count
                && bytes[position..<position + expected.count].elementsEqual(expected)
        }
        if isThere { position += text.utf8CodeUnitCount }
        return isThere
    }

    private func skipSpace(_ position: inout Int) {
        while position < bytes.count, bytes[position] == 0x20 || (0x09...0x0D).contains(bytes[position]),
            bytes[position] != 0x0B, bytes[position] != 0x0C
        {
            position += 1
        }
    }

    private func scanString(_ position: inout Int) -> Range<Int>? {
        guard skip("\"", &position) else { return nil }
        let start = position
        while position < bytes.count, (0x20...0x7E).contains(bytes[position]), bytes[position] != UInt8(ascii: "\\") {
            position += 1
            if bytes[position - 1] == UInt8(ascii: "\"") { return start..<position - 1 }
        }
        return nil
    }

    private mutating func parse() throws(ErrorAnswer) {
        places = []
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw ErrorAnswer(.badRequest, "The body is not JSON: \(error)")
        }
        guard case .array(let elements)? = value["lockTokens"] else {
            throw ErrorAnswer(
                .badRequest, #"The body must be {"lockTokens":["…"]}: an object with an array of strings."#)
        }
        bytes = []
        for element in elements {
            guard case .string(let text) = element else {
                throw ErrorAnswer(.badRequest, "Every element of lockTokens must be a string.")
            }
            let start = bytes.count + 1
            bytes.appendJSONString(text)
            places.append(start..<bytes.count - 1)
        }
    }

    // MARK: - Answering

    /// The lock result (contract 1.2): both arrays, whatever became of the tokens.
    func write(_ outcomes: [SettleOutcome], to buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"succeededLockTokens":["#)
        var separator: StaticString = "\""
        for (place, outcome) in zip(places, outcomes) where outcome == .succeeded {
            buffer.writeStaticString(separator)
            buffer.writeBytes(bytes[place])
            buffer.writeStaticString("\"")
            separator = ",\""
        }
        buffer.writeStaticString(#"],"failedLockTokens":["#)
        separator = #"{"lockToken":""#
        for (place, outcome) in zip(places, outcomes) where outcome != .succeeded {
            buffer.writeStaticString(separator)
            buffer.writeBytes(bytes[place])
            buffer.writeStaticString(outcome == .badToken ? Self.badToken : Self.tokenLost)
            separator = #",{"lockToken":""#
        }
        buffer.writeStaticString("]}")
    }

    private static let badToken: StaticString =
        #"","error":{"code":"BadToken","message":"The token cannot be read, or is of another event subscription."}}"#
    private static let tokenLost: StaticString =
        #"","error":{"code":"TokenLost","message":"The token has expired, or its event was settled or delivered again."}}"#
}
