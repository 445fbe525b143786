import CloudEvents
import Testing

/// Content modes: contract 1.3 and 1.4, decision 2.
@Suite struct HTTPBindingTests {
    private let required = [
        (name: "ce-specversion", value: "1.0"), (name: "ce-id", value: "A-1"), (name: "ce-source", value: "/shop/7"),
        (name: "ce-type", value: "com.example.order"),
    ]

    private func event(
        _ headers: [(name: String, value: String)] = [], body: String = ""
    ) throws(EventError) -> CloudEvent {
        try CloudEvent(json: HTTPBinding.structuredEvent(headers: required + headers, body: Array(body.utf8)))
    }

    private func error(_ headers: [(name: String, value: String)], body: [UInt8] = []) -> EventError? {
        do throws(EventError) {
            _ = try HTTPBinding.structuredEvent(headers: headers, body: body)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            ("application/cloudevents+json", ContentMode.structured),
            ("application/cloudevents+json; charset=utf-8", .structured), ("Application/CloudEvents+JSON", .structured),
            ("application/cloudevents", .structured), ("application/cloudevents-batch+json; charset=utf-8", .batch),
            ("APPLICATION/CLOUDEVENTS-BATCH+JSON", .batch), (" application/cloudevents-batch", .batch),
            ("application/json", .binary), ("text/plain", .binary), ("", .binary), ("application/cloudevent", .binary),
        ])
    func contentTypeTellsTheMode(contentType: String, mode: ContentMode) {
        #expect(ContentMode(contentType: contentType) == mode)
        #expect(ContentMode(contentType: Substring(contentType)) == mode)
    }

    @Test func requestWithoutContentTypeIsBinary() {
        #expect(ContentMode(contentType: nil) == .binary)
    }

    @Test(arguments: [
        "application/json", "text/json; charset=utf-8", "application/vnd.x+json", "Application/JSON ;a=b", "a/B+Json",
    ])
    func mediaTypeIsJSON(mediaType: String) {
        #expect(MediaType.isJSON(mediaType))
    }

    @Test(arguments: [
        "", "json", "/json", "text/plain", "application/jsonx", "application/xml;a=+json", "a/xjson",
        "application/json-seq",
    ])
    func mediaTypeIsNotJSON(mediaType: String) {
        #expect(!MediaType.isJSON(mediaType))
    }

    @Test func exampleOfTheContractIsRead() throws {
        let headers = [
            (name: "Authorization", value: "SharedAccessKey x"), (name: "Content-Type", value: "application/json"),
            (name: "CE-Time", value: "2026-01-02T03:04:05Z"), (name: "ce-subject", value: "caf%C3%A9%20%22x%22"),
            (name: "ce-myext", value: "v"), (name: "ce-dataschema", value: "https://x"),
        ]
        let expected = CloudEvent(
            id: "A-1", source: "/shop/7", type: "com.example.order", subject: "café \"x\"",
            time: "2026-01-02T03:04:05Z",
            dataContentType: "application/json", dataSchema: "https://x", extensions: ["myext": "v"],
            data: .json(#"{"total":12}"#))
        #expect(try event(headers, body: #"{"total":12}"#) == expected)
    }

    @Test func jsonBodyIsKeptAsItIs() throws {
        let body = #" { "a" : 1.50, "a":"\ud800" } "#
        let event = try event([("content-type", "application/problem+json")], body: body)
        #expect(event.data == .json(#"{ "a" : 1.50, "a":"\ud800" }"#))
    }

    @Test func jsonBodyThatIsBrokenIsRefusedWithItsPlaceInTheBody() {
        let error = error(required + [("content-type", "application/json")], body: Array(#"{"a":tru}"#.utf8))
        #expect(error?.code == .brokenJSON)
        #expect(error?.byteOffset == 5)
    }

    @Test func jsonBodyCannotLeaveItsMember() {
        for body in [#"1,"ext":"x""#, "1}", "1 2", #""a","data_base64":"""#] {
            #expect(
                error(required + [("content-type", "application/json")], body: Array(body.utf8))?.code == .brokenJSON)
        }
    }

    @Test func scannerFindsTheEventOfABinaryMessageInItsJSON() throws {
        var scanner = EventScanner()
        var structured = Array("left over".utf8)
        let headers = required + [(name: "ce-subject", value: "a%22b"), (name: "content-type", value: "text/json")]
        try scanner.scan(headers: headers, body: Array("[1]".utf8).span.bytes, structured: &structured)
        let event = try #require(scanner.events.first)
        #expect(scanner.events.count == 1)
        #expect(event.offset == 0)
        #expect(event.length == structured.count)
        #expect(text(event.id, of: event, in: structured) == "A-1")
        #expect(text(event.subject, of: event, in: structured) == "a\"b")
    }

    @Test func otherBodyBecomesBytes() throws {
        let event = try event([("Content-Type", "text/plain; charset=utf-8")], body: "text é")
        #expect(event.data == .binary(Array("text é".utf8)))
        #expect(event.dataContentType == "text/plain; charset=utf-8")
        #expect(event.data?.text == "text é")
    }

    @Test func bodyWithoutContentTypeBecomesBytes() throws {
        #expect(
            try event(body: "{}")
                == CloudEvent(
                    id: "A-1", source: "/shop/7", type: "com.example.order", data: .binary(Array("{}".utf8))))
    }

    @Test func emptyBodyIsNoData() throws {
        let event = try event([("content-type", "application/json")])
        #expect(event.data == nil)
        #expect(event.dataContentType == "application/json")
    }

    @Test func bytesOfEveryLengthAreKept() throws {
        for count in 0...70 {
            let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
            let json = try HTTPBinding.structuredEvent(headers: required, body: body)
            #expect(try CloudEvent(json: json).data == (count == 0 ? nil : .binary(body)))
        }
    }

    @Test func lenientTimeIsNormalised() throws {
        #expect(try event([("ce-time", "2026-01-02 03:04:05.678901+00:00")]).time == "2026-01-02T03:04:05.678901+00:00")
        #expect(try event([("ce-time", "2026-01-02%2003:04:05z")]).time == "2026-01-02T03:04:05Z")
        #expect(error(required + [("ce-time", "2026-01-02 03:04:05")])?.code == .notAnEvent)
    }

    @Test func extensionFromAHeaderIsAString() throws {
        #expect(
            try event([("ce-ext1", "v w"), ("CE-EXT2", "5"), ("ce-e3", "")]).extensions == [
                "ext1": "v w", "ext2": "5", "e3": "",
            ])
    }

    @Test(arguments: ["ce-datacontenttype", "CE-DataContentType", "ce-data", "ce-data_base64"])
    func headerThatMustNotBeUsedIsRefused(name: String) {
        let error = error(required + [(name, "text/plain")])
        #expect(error?.code == .malformedHeader)
        #expect(error?.message.contains("must not be used") == true)
    }

    @Test func headerThatComesTwiceIsRefused() {
        #expect(error(required + [("CE-ID", "2")])?.message.contains("'id' is there twice") == true)
        #expect(error(required + [("ce-x", "1"), ("ce-X", "1")])?.code == .notAnEvent)
        #expect(error([("Content-Type", "a/b"), ("content-type", "a/b")] + required)?.code == .malformedHeader)
    }

    @Test func headerThatIsMissingIsNamed() {
        for (index, header) in required.enumerated() {
            var headers = required
            headers.remove(at: index)
            let error = error(headers)
            #expect(error?.message.contains("'\(header.name.dropFirst(3))' is missing") == true)
            #expect(error?.byteOffset == nil)
        }
    }

    @Test func headerThatBreaksARuleIsRefused() {
        #expect(error(required + [("ce-subject", "%FF")])?.code == .malformedHeader)
        #expect(error(required + [("ce-subject", "")])?.message.contains("'subject' is empty") == true)
        #expect(error(required + [("ce-subject", "a%00b")])?.message.contains("'subject' holds") == true)
        #expect(error(required + [("ce-my-ext", "1")])?.message.contains("'my-ext'") == true)
        #expect(error(required + [("ce-my\"ext", "1")])?.code == .notAnEvent)
        #expect(error(required + [("ce-", "1")])?.code == .notAnEvent)
        #expect(error(required + [("content-type", "nonsense")])?.message.contains("media type") == true)
    }

    @Test func eventThatIsTooLargeInItsJSONFormIsRefused() {
        var limits = EventLimits()
        limits.eventBytesMax = 200
        #expect(throws: EventError.self) {
            try HTTPBinding.structuredEvent(headers: required, body: Array(repeating: 0, count: 150), limits: limits)
        }
    }

    @Test func binaryModeSurvivesTheRoundTrip() throws {
        let event = CloudEvent(
            id: "A 1", source: "/shop/é", type: "t\"%", subject: "50% \"x\" 😀", time: "2026-01-02T03:04:05.5Z",
            dataContentType: "application/json", dataSchema: "https://x/y z",
            extensions: ["n": "5", "s": " spaced ", "e": ""], data: .json("[1]"))
        let headers = HTTPBinding.binaryHeaders(of: event)
        let carried = headers.filter { $0.name != "content-type" }
        #expect(carried.allSatisfy { $0.value.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
        #expect(try HTTPBinding.events(headers: headers, body: HTTPBinding.binaryBody(of: event)) == [event])
    }

    @Test func dataInBinaryModeFollowsItsMediaType() {
        var event = CloudEvent(id: "1", source: "/s", type: "t", data: .text("a\n\"b\""))
        #expect(HTTPBinding.binaryBody(of: event) == Array(#""a\n\"b\"""#.utf8))
        #expect(HTTPBinding.binaryHeaders(of: event).contains { $0 == ("content-type", "application/json") })
        event.dataContentType = "text/plain"
        #expect(HTTPBinding.binaryBody(of: event) == Array("a\n\"b\"".utf8))
        event.data = .binary([1, 2])
        #expect(HTTPBinding.binaryBody(of: event) == [1, 2])
        event.data = nil
        #expect(HTTPBinding.binaryBody(of: event).isEmpty)
    }

    @Test func eventsOfAnyModeAreRead() throws {
        let event = CloudEvent(id: "1", source: "/s", type: "t", data: .json("{}"))
        let single = try HTTPBinding.events(
            headers: [(name: "Content-Type", value: EventFormat.contentType)], body: event.json())
        let batch = try HTTPBinding.events(
            headers: [(name: "content-type", value: EventFormat.batchContentType)],
            body: EventFormat.encodeBatch([event, event]))
        #expect(single == [event])
        #expect(batch == [event, event])
    }
}
