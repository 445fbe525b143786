import CloudEvents
import Testing

/// What the Python clients send, byte for byte: contract 7.2 and 1.3.
@Suite struct ClientSampleTests {
    @Test func eventOfAzureEventGridIsAccepted() throws {
        let body = #"""
            [{"id": "id-1", "source": "/src/a b", "type": "com.example.t", "specversion": "1.0", "time": "2026-01-02T03:04:05.678901Z", "data": {"n": 1, "u": "\u00e9"}}]
            """#
        #expect(body.utf8.count == 157, "as its Content-Length says")
        let events = try EventFormat.decode(Array(body.utf8))
        #expect(
            events == [
                CloudEvent(
                    id: "id-1", source: "/src/a b", type: "com.example.t", time: "2026-01-02T03:04:05.678901Z",
                    data: .json(#"{"n": 1, "u": "\u00e9"}"#))
            ])
    }

    @Test func bytesAndNoneOfAzureEventGridAreAccepted() throws {
        let head = #"[{"id": "1", "source": "/s", "type": "t", "specversion": "1.0", "#
        #expect(
            try EventFormat.decode(Array((head + #""data_base64": "AAH/"}]"#).utf8))[0].data == .binary([0, 1, 255]))
        #expect(try EventFormat.decode(Array((head + #""data": null}]"#).utf8))[0].data == .json("null"))
    }

    @Test func dictionaryThatIsNoEventIsRefused() {
        for body in [#"[{"foo": 1}]"#, #"[{"foo": "bar"}]"#] {
            #expect(scan(body).code == .notAnEvent)
        }
    }

    @Test func listOfBrokenEventObjectsIsRefused() {
        #expect(scan(#"["<cloudevents.core…object at 0x>"]"#).code == .notAnEvent)
    }

    @Test func eventGridSchemaIsRefused() {
        let body = #"""
            [{"id": "eg-1", "subject": "s/1", "data": {"a": 1}, "eventType": "My.Type", "eventTime": "2026-01-02T03:04:05.678901Z", "dataVersion": "1.0"}]
            """#
        #expect(scan(body).code == .notAnEvent)
    }

    @Test func unencodedBinaryModeIsAccepted() throws {
        let headers = [
            (name: "content-type", value: "application/json"), (name: "ce-source", value: "/src/a b"),
            (name: "ce-type", value: #"t "q"%"#), (name: "ce-specversion", value: "1.0"), (name: "ce-id", value: "1"),
            (name: "ce-time", value: "2026-01-02 03:04:05.678901+00:00"), (name: "ce-dataschema", value: "https://x"),
            (name: "ce-subject", value: "sub"), (name: "ce-ext1", value: "v w"), (name: "ce-ext2", value: "5"),
        ]
        let events = try HTTPBinding.events(headers: headers, body: Array(#"{"a": 1}"#.utf8))
        #expect(
            events == [
                CloudEvent(
                    id: "1", source: "/src/a b", type: #"t "q"%"#, subject: "sub",
                    time: "2026-01-02T03:04:05.678901+00:00", dataContentType: "application/json",
                    dataSchema: "https://x", extensions: ["ext1": "v w", "ext2": "5"], data: .json(#"{"a": 1}"#))
            ])
    }

    @Test func sevenFractionDigitsOfDotNetAreAccepted() {
        #expect(scan(eventText(#""time":"2026-01-02T03:04:05.1234567Z""#)).isAccepted)
        #expect(scan(eventText(#""time":"2026-01-02T03:04:05.1234567+00:00""#)).isAccepted)
    }

    @Test func arrayUnderTheTypeOfASingleEventIsABatch() throws {
        let headers = [(name: "content-type", value: "application/cloudevents+json; charset=utf-8")]
        let events = try HTTPBinding.events(headers: headers, body: Array("[\(eventText()),\(eventText())]".utf8))
        #expect(events.count == 2)
    }
}
