import Gridlog
import NIOCore
import Testing

@testable import GridlogServer

@Suite struct LockTokenListTests {
    private func list(_ body: String) throws -> LockTokenList {
        let bytes = Array(body.utf8)
        return try LockTokenList(bytes.span.bytes)
    }

    private func answer(_ body: String, _ outcomes: [SettleOutcome]) throws -> JSONValue {
        var buffer = ByteBuffer()
        try list(body).write(outcomes, to: &buffer)
        return try JSONValue(parsing: Array(buffer.readableBytesView))
    }

    private func texts(_ value: JSONValue?) -> [String] {
        guard case .array(let elements)? = value else { return [] }
        return elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    private static let long = String(repeating: "Ab-_9", count: 9) + "z"

    @Test(arguments: [
        #"{"lockTokens":["a","\#(long)","c"]}"#,
        " {\n\t\"lockTokens\" : [ \"a\" ,\r\n\"\(long)\"\t, \"c\" ] } ",
        #"{"lockTokens":["\u0061","\#(long)","c"]}"#,
        #"{"more":1,"lockTokens":["a","\#(long)","c"]}"#,
    ])
    func tokensThatAllSucceededComeBackInTheirOrder(_ body: String) throws {
        let all = try answer(body, [.succeeded, .succeeded, .succeeded])
        #expect(texts(all["succeededLockTokens"]) == ["a", Self.long, "c"])
        #expect(all["failedLockTokens"] == .array([]))
        let some = try answer(body, [.succeeded, .tokenLost, .succeeded])
        #expect(texts(some["succeededLockTokens"]) == ["a", "c"])
        guard case .array(let failed)? = some["failedLockTokens"] else {
            Issue.record("no array of failed tokens")
            return
        }
        #expect(failed.map { $0["lockToken"] } == [.string(Self.long)])
    }

    @Test func anEmptyListIsAnsweredWithTwoEmptyArrays() throws {
        let none = try answer(#"{"lockTokens":[]}"#, [])
        #expect(none["succeededLockTokens"] == .array([]))
        #expect(none["failedLockTokens"] == .array([]))
    }

    /// Tokens are passed over eight bytes at a time.
    @Test(arguments: 0..<20) func escapesAreUnderstoodAtEveryPlace(_ place: Int) throws {
        let before = String(repeating: "x", count: place)
        let body = #"{"lockTokens":["\#(before)\"\\é","y"]}"#
        let all = try answer(body, [.succeeded, .succeeded])
        #expect(texts(all["succeededLockTokens"]) == [before + #""\é"#, "y"])
    }

    @Test(arguments: 0..<20) func aControlCharacterIsRefusedAtEveryPlace(_ place: Int) {
        for control in ["\u{1}", "\u{1F}", "\n"] {
            let token = String(repeating: "x", count: place) + control + "xxxxxxxxxxxx"
            #expect(throws: ErrorAnswer.self) { try list("{\"lockTokens\":[\"\(token)\"]}") }
        }
    }

    @Test(arguments: [
        "", "{", #"{"lockTokens":"a"}"#, #"{"lockTokens":["a]}"#, #"{"lockTokens":["a",]}"#, #"{"lockTokens":["a"]"#,
        #"{"lockTokens":["a"]}x"#, #"{"lockTokens":[1]}"#, #"{"lockTokens":["a" "b"]}"#,
    ])
    func whatIsNoListIsRefused(_ body: String) {
        #expect(throws: ErrorAnswer.self) { try list(body) }
    }
}
