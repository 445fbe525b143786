import CloudEvents
import Testing

/// Members that are `null`, batches, and the text of attributes.
@Suite struct EventFormatTests {
    private func withoutNulls(_ event: String) throws -> (text: String, scanned: ScannedEvent) {
        let bytes = Array(event.utf8)
        let scanned = try scan(bytes).get()[0]
        var output = Array("head".utf8)
        let result = EventFormat.appendWithoutNullMembers(bytes.span.bytes, scanned: scanned, to: &output)
        return (String(decoding: output[4...], as: UTF8.self), result)
    }

    @Test(
        arguments: [
            (#"{"subject":null,@}"#, "{@}"), (#"{@,"subject":null}"#, "{@}"),
            (#"{@,"a":null,"b":1,"c":null}"#, #"{@,"b":1}"#),
            (#"{ "a" : null , @ , "data" : null }"#, #"{@,"data" : null}"#),
            (#"{@,"d\u0061ta":null}"#, #"{@,"d\u0061ta":null}"#),
            (#"{@,"data_base64":null,"data":[null, 1]}"#, #"{@,"data":[null, 1]}"#), ("{@}", "{@}"),
        ])
    func nullMembersAreLeftOutAndTheRestStays(event: String, expected: String) throws {
        let required = #""id":"1","source":"/s","type":"t\u00e9","specversion":"1.0""#
        let result = try withoutNulls(event.replacing("@", with: required))
        #expect(result.text == expected.replacing("@", with: required))
        #expect(!result.scanned.hasNullMembers)
    }

    @Test func positionsMoveWithTheMembers() throws {
        let result = try withoutNulls(
            #"{"x":null,"id":"1", "y":null ,"source":"/s","subject":"s","time":"2026-01-02T03:04:05Z","z":null,"#
                + #""type":"t\u00e9","specversion":"1.0"}"#)
        let bytes = Array(result.text.utf8)
        var expected = try scan(bytes).get()[0]
        #expect(result.scanned.offset == 4)
        expected.offset = 4
        #expect(result.scanned == expected)
    }

    @Test func batchOfValuesIsReadBack() throws {
        let events = (0..<3).map { CloudEvent(id: "\($0)", source: "/s", type: "t", extensions: ["n": .integer($0)]) }
        #expect(try EventFormat.decode(EventFormat.encodeBatch(events)) == events)
        #expect(try EventFormat.decode(EventFormat.encodeBatch([])) == [])
        #expect(try EventFormat.decode(EventFormat.encode(events[0])) == [events[0]])
    }

    @Test(
        arguments: [
            ("plain", "plain"), (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t"), (#"\u00e9\u20AC"#, "é€"),
            (#"\ud83d\ude00"#, "😀"), (#"x\ud83dy"#, "x\u{FFFD}y"), (#"\ude00"#, "\u{FFFD}"),
            (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"),
        ])
    func escapesAreResolved(written: String, expected: String) {
        let bytes = Array(written.utf8)
        func equals(_ text: String, hasEscapes: Bool) -> Bool {
            AttributeText.equals(bytes.span.bytes, hasEscapes: hasEscapes, text)
        }
        let decoded = AttributeText.decode(bytes.span.bytes, hasEscapes: true)
        #expect(decoded == expected)
        #expect(equals(expected, hasEscapes: true))
        #expect(!equals(expected + "x", hasEscapes: true))
        #expect(equals(written, hasEscapes: false))
        #expect(!equals(written + "x", hasEscapes: false))
        var output: [UInt8] = [1]
        AttributeText.append(bytes.span.bytes, hasEscapes: true, to: &output)
        #expect(output == [1] + Array(expected.utf8))
    }

    @Test(arguments: [#"\"#, #"\u"#, #"\u00"#, #"\x"#, #"\ud83d\"#, #"\ud83d\u"#])
    func bytesThatWereNotScannedGiveSomeTextAndDoNotTrap(written: String) {
        let bytes = Array(written.utf8)
        let decoded = AttributeText.decode(bytes.span.bytes, hasEscapes: true)
        #expect(decoded.contains("\u{FFFD}"))
        let outside = AttributePosition(offset: 3, length: 900, hasEscapes: false)
        let text = AttributeText.decode(outside, in: bytes.span.bytes)
        #expect(text != nil)
    }
}
