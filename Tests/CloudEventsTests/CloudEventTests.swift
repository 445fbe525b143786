import CloudEvents
import Testing

/// The value type for those who embed the library.
@Suite struct CloudEventTests {
    private let full = CloudEvent(
        id: "A-1", source: "/shop/7", type: "com.example.order", subject: "orders/9\\\"", time: "2026-01-02T03:04:05Z",
        dataContentType: "application/json", dataSchema: "https://example.com/s",
        extensions: ["text": "é 😀", "number": -5, "flag": true, "off": false, "empty": ""], data: .json(#"{"a":[1,2]}"#)
    )

    @Test func everyMemberSurvivesTheRoundTrip() throws {
        #expect(try CloudEvent(json: full.json()) == full)
        try full.validate()
    }

    @Test func jsonIsStableAndSorted() {
        let expected =
            #"{"specversion":"1.0","id":"A-1","source":"/shop/7","type":"com.example.order","subject":"orders/9\\\"","#
            + #""time":"2026-01-02T03:04:05Z","datacontenttype":"application/json","dataschema":"https://example.com/s","#
            + #""empty":"","flag":true,"number":-5,"off":false,"text":"é 😀","data":{"a":[1,2]}}"#
        #expect(String(decoding: full.json(), as: UTF8.self) == expected)
    }

    @Test(arguments: [
        EventData.json("null"), .json("\"\""), .json(" [1] "), .binary([]), .binary([0, 255]), .text("a\u{1}\n\"\\é"),
    ])
    func dataOfEveryFormIsKept(data: EventData) throws {
        let event = CloudEvent(id: "1", source: "/s", type: "t", data: data)
        try event.validate()
        let read = try CloudEvent(json: event.json())
        #expect(read.data?.text == data.text)
        if data != .json(" [1] ") { #expect(read == event) }
    }

    @Test func textOfDataIsItsString() {
        #expect(EventData.text("a\"\n\u{0}é").text == "a\"\n\u{0}é")
        #expect(EventData.json(#" "\ud83d\ude00" "#).text == "😀")
        #expect(EventData.json("1").text == nil)
        #expect(EventData.json("\"open").text == nil)
        #expect(EventData.json("").text == nil)
        #expect(EventData.binary([0xFF]).text == nil)
    }

    @Test func nullMembersAreNil() throws {
        let event = try CloudEvent(json: eventText(#""subject":null,"time":null,"ext":null,"data_base64":null"#))
        #expect(event == CloudEvent(id: "A-1", source: "/shop/7", type: "com.example.order"))
    }

    @Test func escapedNamesAndValuesAreRead() throws {
        let event = try CloudEvent(json: eventText(#""s\u0075bject":"a\/b","\u0065xt":"\u00e9","d\u0061ta":"\n""#))
        #expect(event.subject == "a/b")
        #expect(event.extensions == ["ext": "é"])
        #expect(event.data == .json(#""\n""#))
    }

    @Test func batchIsNotOneEvent() {
        #expect(throws: EventError.self) { try CloudEvent(json: "[" + eventText() + "]") }
        #expect(throws: EventError.self) { try CloudEvent(json: " [ ] ") }
    }

    @Test func validationRefusesAnEmptyRequiredAttribute() {
        for attribute in [\CloudEvent.id, \.source, \.type] {
            for value in ["", "a\u{7}"] {
                var event = full
                event[keyPath: attribute] = value
                #expect(throws: EventError.self) { try event.validate() }
            }
        }
    }

    @Test func validationRefusesWhatTheScannerRefuses() {
        func isRefused(_ change: (inout CloudEvent) -> Void) -> Bool {
            var event = full
            change(&event)
            do throws(EventError) {
                try event.validate()
                return false
            } catch {
                return error.byteOffset == nil || error.code == .brokenJSON
            }
        }
        #expect(isRefused { $0.subject = "" })
        #expect(isRefused { $0.time = "2026-01-02 03:04:05Z" })
        #expect(isRefused { $0.dataContentType = "json" })
        #expect(isRefused { $0.dataSchema = "/relative" })
        #expect(isRefused { $0.extensions["my_ext"] = 1 })
        #expect(isRefused { $0.extensions[""] = 1 })
        #expect(isRefused { $0.extensions["id"] = "2" })
        #expect(
            isRefused {
                $0.subject = nil; $0.extensions["subject"] = "x"
            })
        #expect(
            isRefused {
                $0.data = nil; $0.extensions["data"] = "x"
            })
        #expect(isRefused { $0.data = .json("") })
        #expect(isRefused { $0.data = .json(#"1,"more":2"#) })
        #expect(isRefused { $0.data = .json("{") })
        #expect(isRefused { $0.data = .binary(Array(repeating: 0, count: 800_000)) })
        #expect(!isRefused { _ in })
    }

    @Test func bytesSurviveBase64() throws {
        var generator = SeededGenerator(seed: 3)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let event = CloudEvent(id: "1", source: "/s", type: "t", data: .binary(bytes))
            try event.validate()
            #expect(try CloudEvent(json: event.json()) == event)
        }
    }

    @Test func extensionValueHasItsCanonicalText() {
        #expect(AttributeValue.integer(-7).description == "-7")
        #expect(AttributeValue.boolean(true).description == "true")
        #expect(AttributeValue.boolean(false).description == "false")
        #expect(AttributeValue.string("x").description == "x")
    }
}
