import Gridlog
import NIOCore

/// The lock tokens of a settle or renew request, as they were written: `{"lockTokens":["…"]}`.
struct LockTokenList: Sendable {
    /// Elements of a JSON array, in which the tokens lie; around them there may be more.
    private var bytes: [UInt8]
    /// Where each token lies: the bytes between the quotes of a JSON string.
    private var places: [Range<Int>] = []

    /// Reads a request body. The form that every client writes costs one pass and no allocation for each token; any other
    /// valid JSON goes through the general parser.
    init(_ body: RawSpan) throws(ErrorAnswer) {
        bytes = body.withUnsafeBytes { Array($0) }
        if let places = Self.plainForm(bytes.span) { self.places = places } else { try parse() }
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

    /// Where the tokens lie in an object with the one member, whose strings hold no escapes and nothing but ASCII; `nil` when it is
    /// not one.
    private static func plainForm(_ text: Span<UInt8>) -> [Range<Int>]? {
        var position = 0
        var found: [Range<Int>] = []
        guard skip("{", text, &position), skip("\"lockTokens\"", text, &position),
            skip(":", text, &position), skip("[", text, &position)
        else { return nil }
        if !skip("]", text, &position) {
            found.reserveCapacity(text.count / ReceivedEvents.lockTokenLength)
            repeat {
                guard let place = skipString(text, &position) else { return nil }
                found.append(place)
            } while skip(",", text, &position)
            guard skip("]", text, &position) else { return nil }
        }
        guard skip("}", text, &position) else { return nil }
        skipSpace(text, &position)
        return position == text.count ? found : nil
    }

    /// Passes over white space and the text, if it stands there.
    private static func skip(_ expected: StaticString, _ text: Span<UInt8>, _ position: inout Int) -> Bool {
        skipSpace(text, &position)
        guard text.count - position >= expected.utf8CodeUnitCount else { return false }
        for index in 0..<expected.utf8CodeUnitCount
        where text[position + index] != expected.utf8Start[index] { return false }
        position += expected.utf8CodeUnitCount
        return true
    }

    private static func skipSpace(_ text: Span<UInt8>, _ position: inout Int) {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Passes over white space and a string. - Returns: where it lies, without its quotes.
    private static func skipString(_ text: Span<UInt8>, _ position: inout Int) -> Range<Int>? {
        guard skip("\"", text, &position) else { return nil }
        var end = position
        // Eight at a time, as far as nothing but characters of a token stands there.
        let bytes = text.bytes
        while end <= text.count - 8, isPlain(bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: end, as: UInt64.self)) {
            end += 8
        }
        while end < text.count {
            let byte = text[end]
            if byte == UInt8(ascii: "\"") {
                defer { position = end + 1 }
                return position..<end
            }
            guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else { return nil }
            end += 1
        }
        return nil
    }

    /// Whether eight bytes are neither control characters nor quotes, backslashes or beyond ASCII.
    private static func isPlain(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high = ones << 7
        /// A high bit for the lowest byte that is 0, and perhaps for others above it.
        func zero(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        let controls = (word &- ones &* 0x20) & ~word
        return (word | controls | zero(word ^ ones &* 0x22) | zero(word ^ ones &* 0x5C) | zero(word ^ ones &* 0x7F))
            & high == 0
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
            if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
            let start = bytes.count + 1
            bytes.appendJSONString(text)
            places.append(start..<bytes.count - 1)
        }
    }

    // MARK: - Answering

    /// The lock result (contract 1.2): both arrays, whatever became of the tokens.
    func write(_ outcomes: [SettleOutcome], to buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"succeededLockTokens":["#)
        if let first = places.first, let last = places.last, outcomes.allSatisfy({ $0 == .succeeded }) {
            // They stand there as they were sent, separated as an array wants it.
            buffer.writeBytes(bytes[first.lowerBound - 1...last.upperBound])
        } else {
            writeSucceeded(outcomes, to: &buffer)
        }
        buffer.writeStaticString(#"],"failedLockTokens":["#)
        writeFailed(outcomes, to: &buffer)
        buffer.writeStaticString("]}")
    }

    private func writeSucceeded(_ outcomes: [SettleOutcome], to buffer: inout ByteBuffer) {
        var separator: StaticString = "\""
        for (place, outcome) in zip(places, outcomes) where outcome == .succeeded {
            buffer.writeStaticString(separator)
            buffer.writeBytes(bytes[place])
            buffer.writeStaticString("\"")
            separator = ",\""
        }
    }

    private func writeFailed(_ outcomes: [SettleOutcome], to buffer: inout ByteBuffer) {
        var separator: StaticString = #"{"lockToken":""#
        for (place, outcome) in zip(places, outcomes) where outcome != .succeeded {
            buffer.writeStaticString(separator)
            buffer.writeBytes(bytes[place])
            buffer.writeStaticString(outcome == .badToken ? Self.badToken : Self.tokenLost)
            separator = #",{"lockToken":""#
        }
    }

    private static let badToken: StaticString =
        #"","error":{"code":"BadToken","message":"The token cannot be read, or is of another event subscription."}}"#
    private static let tokenLost: StaticString =
        #"","error":{"code":"TokenLost","message":"The token has expired, or its event was settled or delivered again."}}"#
}
