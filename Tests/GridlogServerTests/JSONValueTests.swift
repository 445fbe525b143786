import Testing

@testable import GridlogServer

@Suite struct JSONValueTests {
    @Test(arguments: [
        "null", "true", "-12", #""a\"\\ \u00e9""#, "[1,[],{}]", #"{"b":1,"a":{"c":[null]}}"#, "1.5",
    ])
    func whatIsReadIsWrittenAgain(_ text: String) throws {
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(try JSONValue(parsing: value.bytes) == value)
    }

    @Test func escapesAndPairsAreDecoded() throws {
        let value = try JSONValue(parsing: Array(#""\u0041\ud83d\ude00\n\/""#.utf8))
        #expect(value == .string("A😀\n/"))
    }

    @Test func controlCharactersAreEscaped() {
        #expect(
            String(decoding: JSONValue.string("\u{1}\n\"\\\u{7f}é").bytes, as: UTF8.self)
                == #""\u0001\n\"\\\u007fé""#)
    }

    @Test func wholeNumbersAreIntegersHoweverWritten() throws {
        #expect(try JSONValue(parsing: Array("6e1".utf8)) == .integer(60))
        #expect(try JSONValue(parsing: Array("60.0".utf8)) == .integer(60))
    }

    @Test(arguments: [
        ("", 0), ("{", 1), ("{\"a\":1,}", 7), ("[1,]", 3), ("[1 2]", 3), ("{\"a\" 1}", 5), ("01", 1), ("-", 1),
        ("1.", 2), ("\"a", 2), ("\"\u{1}\"", 1), (#""\x""#, 2), (#""\ud800""#, 3), (#""\u00g0""#, 5), ("nul", 0),
        ("{} x", 3), (#"{"a":1,"a":2}"#, 7), ("1e999", 0), ("{a:1}", 1),
    ])
    func brokenTextIsRefusedWithItsOffset(_ text: String, _ offset: Int) {
        let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(error?.offset == offset)
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test func depthIsLimited() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[", count: depth)
                    + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSONValue(parsing: nested(JSONParser.depthMax))
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: nested(JSONParser.depthMax + 1)) }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: nested(500_000)) }
    }

    /// The examples of RFC 7396, appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
        (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func patchesMergeAsTheExamplesOfTheRFC(_ original: String, _ patch: String, _ result: String) throws {
        let merged = try JSONValue(parsing: Array(original.utf8)).merging(JSONValue(parsing: Array(patch.utf8)))
        #expect(String(decoding: merged.bytes, as: UTF8.self) == result)
    }
}
