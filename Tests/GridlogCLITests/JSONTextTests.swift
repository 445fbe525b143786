import Testing

@testable import GridlogCLI

@Suite struct JSONTextTests {
    @Test func membersAreFoundBehindBracketsAndQuotesInStrings() {
        let text = JSONText(#" {"a":"}],\":{","b":{"c":[1,{"d":"e,f"}]} , "x y":null} "#)
        #expect(text["a"]?.string == #"}],":{"#)
        #expect(text["b"]?["c"]?.elements.map(\.display) == ["1", #"{"d":"e,f"}"#])
        #expect(text["x y"]?.display == "")
        #expect(text["c"] == nil)
    }

    @Test func escapedNamesAndTextAreDecoded() {
        let text = JSONText(#"{"caf\u00e9":"\ud83d\ude00 \"x\""}"#)
        #expect(text["café"]?.string == "😀 \"x\"")
    }

    @Test func numbersKeepTheirDigits() {
        #expect(JSONText(#"{"n":1.10e+02}"#)["n"]?.display == "1.10e+02")
        #expect(JSONText("{\"n\":1.10}").pretty == "{\n  \"n\": 1.10\n}")
    }

    @Test func prettyTextOnlyAddsWhiteSpace() {
        let text = JSONText(#"{"a":[],"b":{},"c":[1,"x: {y}, z"],"d":{"e":[{}]}}"#)
        #expect(
            text.pretty == """
                {
                  "a": [],
                  "b": {},
                  "c": [
                    1,
                    "x: {y}, z"
                  ],
                  "d": {
                    "e": [
                      {}
                    ]
                  }
                }
                """)
        #expect(JSONText(text.pretty).pretty == text.pretty)
    }

    @Test func quotingEscapesWhatJSONForbids() {
        let text = "a\"b\\c\u{01}\n\u{1F}é😀"
        #expect(JSONText(JSONText.quoting(text)).string == text)
        #expect(JSONText.quoting("\u{01}") == "\"\\u0001\"")
    }

    @Test func listsAreJoined() {
        #expect(JSONText(list: "value", of: [JSONText("1"), JSONText("{}")]) == JSONText(#"{"value":[1,{}]}"#))
        #expect(JSONText(list: "value", of: []).elements.isEmpty)
        #expect(JSONText(#"{"value":[]}"#)["value"]?.elements == [])
    }

    @Test(arguments: [
        "", "{", "}", "[", "]", "\"", "{\"a", "{\"a\":", "{\"a\":}", "]][[", "{,,:,}", "\\", "<html>", "[,]",
    ])
    func textThatIsNoJSONNeverTraps(_ broken: String) {
        let text = JSONText(broken)
        _ = text.pretty
        _ = text["a"]?["b"]
        _ = text.elements.map(\.display)
        _ = text.display
    }
}
