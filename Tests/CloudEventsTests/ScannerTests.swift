import CloudEvents
import Testing

/// What a scan yields, and what it says of a body as a whole.
@Suite struct ScannerTests {
    @Test func positionsPointAtTheValues() throws {
        let body =
            Array(
                #" [ {"id":"A\u002d1","subject":"é","data":{"id":"other"},"source":"/s","type":"t","specversion":"1.0"} , "#
                    .utf8)
            + Array(eventText(id: #""2""#, #""time":"2026-01-02T03:04:05Z""#).utf8) + Array("]\n".utf8)
        let events = try scan(body).get()
        #expect(events.count == 2)
        #expect(body[events[0].offset] == UInt8(ascii: "{"))
        #expect(body[events[0].offset + events[0].length - 1] == UInt8(ascii: "}"))
        #expect(text(events[0].id, of: events[0], in: body) == "A-1")
        #expect(events[0].id.hasEscapes)
        #expect(text(events[0].subject, of: events[0], in: body) == "é")
        #expect(!events[0].subject.hasEscapes)
        #expect(text(events[0].source, of: events[0], in: body) == "/s")
        #expect(text(events[0].time, of: events[0], in: body) == nil)
        #expect(text(events[1].id, of: events[1], in: body) == "2")
        #expect(text(events[1].type, of: events[1], in: body) == "com.example.order")
        #expect(text(events[1].time, of: events[1], in: body) == "2026-01-02T03:04:05Z")
        #expect(!events[0].hasNullMembers)
    }

    @Test func attributeNameWithEscapesIsTheSameAttribute() throws {
        let body = Array(#"{"\u0069d":"1","s\u006Furce":"/s","\u0074ype":"t","specversio\u006e":"1.0"}"#.utf8)
        let event = try scan(body).get()[0]
        #expect(text(event.id, of: event, in: body) == "1")
        #expect(text(event.source, of: event, in: body) == "/s")
    }

    @Test(arguments: ["[]", " [ ] ", "\n[\t]\r\n"])
    func emptyBatchIsAccepted(body: String) throws {
        #expect(try scan(body).get().isEmpty)
    }

    @Test func scannerIsUsableAgainAfterAnError() throws {
        var scanner = EventScanner()
        try scanner.scan(Array("[\(eventText()),\(eventText())]".utf8).span)
        #expect(scanner.events.count == 2)
        #expect(throws: EventError.self) { try scanner.scan(Array("[\(eventText()),1]".utf8).span) }
        #expect(scanner.events.isEmpty)
        try scanner.scan(Array(eventText().utf8).span)
        #expect(scanner.events.count == 1)
    }

    @Test(arguments: [
        "\"text\"", "12", "-0.5e3", "true", "false", "null", " 1 ", "[1]", "[[]]", "[null]", "{}", "[{}]",
    ])
    func otherJSONIsNoEvent(body: String) {
        #expect(scan(body).code == .notAnEvent)
    }

    @Test(
        arguments: [
            "", " ", "\n", "text", "{", "[", "{\"id\"", "[1", "tru", "nul", "01", "1.", "-", "\"", "\"a", "{}}", "[]]",
            "{}{}",
            "[],", "1 2", "[1,]", "{\"a\":1,}", "{,}", "[,]", "{\"a\" 1}", "{a:1}", "{'a':1}", "\u{FEFF}{}", "\u{FEFF}",
            "\0",
            "[{}\0]", "// x\n{}", "\u{A0}{}", "NaN", "+1", "truex", "[true false]", "[\"a\u{1}\"]", "{\"a\":1 \"b\":2}",
        ])
    func brokenJSONIsNamedAsBroken(body: String) {
        #expect(scan(body).code == .brokenJSON)
    }

    @Test func brokenJSONBehindABadEventIsNamedAsBroken() {
        #expect(scan("[{},{]").code == .brokenJSON)
        #expect(scan("[{\"id\":1},\(eventText()),]").code == .brokenJSON)
        #expect(scan("{\"id\":1,\"x\":tru}").code == .brokenJSON)
    }

    @Test func everyPrefixOfABodyIsBroken() {
        let body = Array(eventText(#""data":{"a":[1,-2.5e3,true,null,"é\u00e9😀"]},"ext":-5"#).utf8)
        for count in 0..<body.count {
            #expect(scan(Array(body[..<count])).code == .brokenJSON)
            #expect(scan([0x5B] + body[..<count]).code == .brokenJSON)
        }
    }

    @Test func everyInvalidUTF8SequenceIsRefused() {
        let invalid: [[UInt8]] = [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE1, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF1, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xFE], [0xFF], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xC3, 0xA9, 0xA9],
        ]
        for sequence in invalid {
            for padding in [
                "", "x", "яяя", "яяяяяя ", "yyyyyyyyyyyyyyy", "日本", "😀яяяя", "яяяя я", "yyyyyyyyyyyyyyyyyyy",
            ] {
                let text = Array(padding.utf8) + sequence
                for member in ["data", "subject"] {
                    let body = Array(#"{"specversion":"1.0","id":"1","source":"s","type":"t","\#(member)":""#.utf8)
                    #expect(scan(body + text + Array("\"}".utf8)).code == .brokenJSON)
                    #expect(scan(body + text + Array("abcdefghijklmnopqrstuvwxyz\"}".utf8)).code == .brokenJSON)
                }
            }
        }
    }

    @Test func everyScalarIsAcceptedInData() throws {
        for start in stride(from: 0x20, to: 0x11_0000, by: 0x1000) {
            let scalars = (start..<min(start + 0x1000, 0x11_0000)).compactMap { Unicode.Scalar($0) }
            let text = String(String.UnicodeScalarView(scalars.filter { $0 != "\"" && $0 != "\\" }))
            let event = try CloudEvent(json: eventText("\"data\":\"\(text)\""))
            #expect(event.data?.text.map { Array($0.utf8) } == Array(text.utf8))
        }
    }
}
