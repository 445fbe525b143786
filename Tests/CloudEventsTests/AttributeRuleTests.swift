import CloudEvents
import Testing

/// The rules for the attributes that CloudEvents defines: contract 1.4, decisions 1 and 3.
@Suite struct AttributeRuleTests {
    @Test func fourRequiredAttributesAreEnough() {
        #expect(scan(eventText()).isAccepted)
    }

    @Test(arguments: ["id", "source", "specversion", "type"])
    func requiredAttributeThatIsMissingIsNamed(name: String) {
        let missing = eventText(
            id: name == "id" ? nil : #""1""#, source: name == "source" ? nil : #""s""#,
            specversion: name == "specversion" ? nil : #""1.0""#, type: name == "type" ? nil : #""t""#)
        let error = scan(missing).error
        #expect(error?.code == .notAnEvent)
        #expect(error?.message.contains("'\(name)' is missing") == true)
    }

    @Test(arguments: ["id", "source", "specversion", "type"])
    func requiredAttributeThatIsNullIsMissing(name: String) {
        let null = eventText(
            id: name == "id" ? "null" : #""1""#, source: name == "source" ? "null" : #""s""#,
            specversion: name == "specversion" ? "null" : #""1.0""#, type: name == "type" ? "null" : #""t""#)
        #expect(scan(null).error?.message.contains("'\(name)' is missing") == true)
    }

    @Test(arguments: ["subject", "time", "datacontenttype", "dataschema", "data_base64", "ext"])
    func optionalMemberThatIsNullIsAsIfNotSent(name: String) throws {
        let events = try scan(eventText("\"\(name)\":null")).get()
        #expect(events[0].hasNullMembers)
        #expect(!events[0].subject.isPresent)
        #expect(!events[0].time.isPresent)
    }

    @Test func dataThatIsNullIsData() throws {
        #expect(try scan(eventText(#""data":null"#)).get()[0].hasNullMembers == false)
        #expect(scan(eventText(#""data":null,"data_base64":"""#)).code == .notAnEvent)
    }

    @Test func dataBase64ThatIsNullDoesNotExcludeData() {
        #expect(scan(eventText(#""data":1"#, #""data_base64":null"#)).isAccepted)
    }

    @Test func bothDataMembersAreRefused() {
        let error = scan(eventText(#""data":1"#, #""data_base64":"AA==""#)).error
        #expect(error?.code == .notAnEvent)
        #expect(error?.message.contains("exclude each other") == true)
    }

    @Test(arguments: ["id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "specversion"])
    func attributeThatIsEmptyOrNoStringIsRefused(name: String) {
        for value in ["\"\"", "1", "true", "{}", "[]", "1.5"] {
            let member = "{\"\(name)\":\(value)}"
            #expect(scan(member).error?.message.contains("'\(name)'") == true, "\(member)")
            #expect(scan(member).code == .notAnEvent)
        }
    }

    @Test(arguments: ["0.3", "1.1", "1", "1.0 ", "2.0"])
    func otherVersionsAreRefused(version: String) {
        #expect(scan(eventText(specversion: "\"\(version)\"")).code == .notAnEvent)
    }

    @Test func versionWithEscapesIsRead() {
        #expect(scan(eventText(specversion: #""\u0031.\u0030""#)).isAccepted)
        #expect(scan(eventText(specversion: #""\u0031.1""#)).code == .notAnEvent)
    }

    @Test func sourceWithSpaceIsAccepted() {
        #expect(scan(eventText(source: #""/src/a b""#)).isAccepted)
    }

    static let forbiddenScalars: [UInt32] = [
        0x7F, 0x80, 0x9F, 0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1_FFFE, 0xF_FFFF, 0x10_FFFF,
    ]
    static let forbiddenEscapes = [
        #"\u0000"#, #"\n"#, #"\t"#, #"\u001f"#, #"\u007f"#, #"\u0085"#, #"\u009F"#, #"\uFFFF"#, #"\ufdd0"#,
        #"\ud83f\udfff"#, #"\ud800"#, #"\udc00"#, #"\ud800\ud800"#, #"\udc00\ud800"#, #"\ud800x"#, #"\ud800\n"#,
    ]

    @Test(arguments: forbiddenEscapes + forbiddenScalars.compactMap { Unicode.Scalar($0).map { String($0) } })
    func characterThatAttributesMustNotHoldIsRefused(text: String) {
        for name in ["id", "source", "type", "subject", "ext"] {
            for value in [text, "a" + text, text + "b", String(repeating: "x", count: 40) + text + "y"] {
                #expect(scan("{\"\(name)\":\"\(value)\"}").error?.message.contains("'\(name)' holds") == true)
            }
        }
        #expect(scan(eventText("\"data\":\"\(text)\"")).isAccepted, "data may hold it")
    }

    @Test(
        arguments: [
            "é", "\u{A0}", "€", "\u{FDCF}", "\u{FDF0}", "\u{FFFD}", "😀", "\u{10FFFD}", #"\u00e9"#, #"\ud83d\ude00"#,
            #"\""#,
            #"\\"#, #"\/"#, " ", "~", "'",
        ])
    func characterThatAttributesMayHoldIsAccepted(text: String) {
        for value in [text, "a" + text, text + "b", String(repeating: "x", count: 40) + text + "y"] {
            #expect(scan(eventText(id: "\"\(value)\"", "\"subject\":\"\(value)\"")).isAccepted)
        }
    }

    @Test(arguments: [
        "application/json", "text/plain; charset=utf-8", "a/b", "application/vnd.x+json;v=1", "x-1/y_z ;a",
    ])
    func mediaTypeIsAccepted(text: String) {
        #expect(scan(eventText("\"datacontenttype\":\"\(text)\"")).isAccepted)
    }

    @Test(arguments: [
        "json", "/json", "text/", "text", "te xt/plain", "text/plain,x", "text//plain", " text/plain", "ü/x",
    ])
    func textThatIsNoMediaTypeIsRefused(text: String) {
        #expect(scan(eventText("\"datacontenttype\":\"\(text)\"")).error?.message.contains("media type") == true)
    }

    @Test(arguments: [
        "https://example.com/s", "urn:x:y", "https://x", "a+b-c.1:z", "HTTP://X", #"https:\/\/example.com"#,
    ])
    func absoluteURIIsAcceptedAsSchema(text: String) {
        #expect(scan(eventText("\"dataschema\":\"\(text)\"")).isAccepted)
    }

    @Test(arguments: ["/schema", "schema", "1x:y", ":x", "a b:c", "//host/x", "#a"])
    func relativeReferenceIsRefusedAsSchema(text: String) {
        #expect(scan(eventText("\"dataschema\":\"\(text)\"")).error?.message.contains("absolute URI") == true)
    }

    @Test(arguments: [
        "", "AA==", "AAA=", "AAAA", "AAH/", #"AAH\/"#, "+/+/", #"\u0041AAA"#, "AAECAwQFBgcICQoLDA0ODxAREhM=",
    ])
    func base64IsAccepted(text: String) {
        #expect(scan(eventText("\"data_base64\":\"\(text)\"")).isAccepted)
    }

    @Test(
        arguments: [
            "A", "AA", "AAA", "A===", "====", "=", "AA=A", "AAAA=", "AA A", "AA-_", "AAAé", "AAECAwQFBgcICQoL AAA",
            #"AAA\n"#,
        ])
    func textThatIsNoBase64IsRefused(text: String) {
        #expect(scan(eventText("\"data_base64\":\"\(text)\"")).error?.message.contains("base64") == true)
        #expect(scan(eventText(#""data_base64":5"#)).code == .notAnEvent)
    }

    @Test func base64IsCheckedAtEveryPlace() {
        for count in stride(from: 4, through: 72, by: 4) {
            for place in 0..<count {
                var text = Array(repeating: "B" as Character, count: count)
                text[place] = "*"
                #expect(scan(eventText("\"data_base64\":\"\(String(text))\"")).code == .notAnEvent)
            }
        }
    }

    @Test func anyDataIsKeptWhateverTheMediaTypeSays() throws {
        let body = eventText(#""datacontenttype":"text/plain""#, #""data":{"a":1,"a":2}"#)
        #expect(try CloudEvent(json: body).data == .json(#"{"a":1,"a":2}"#))
    }
}
