import CloudEvents
import Testing

/// The rules for extension attributes: contract 1.4.
@Suite struct ExtensionRuleTests {
    @Test(arguments: ["\"\"", "\"v\"", "true", "false", "0", "-0", "2147483647", "-2147483648", "1", "\"é\""])
    func valueOfTheTypeSystemIsAccepted(value: String) {
        #expect(scan(eventText("\"ext\":\(value)")).isAccepted)
    }

    @Test(arguments: ["1.0", "1e2", "-0.5", "{}", "[]", #"{"a":1}"#, "[1]"])
    func valueOfAnotherTypeIsRefused(value: String) {
        let error = scan(eventText("\"ext\":\(value)")).error
        #expect(error?.code == .notAnEvent)
        #expect(error?.message.contains("extension 'ext' must be a string, a boolean or an integer") == true)
    }

    @Test(arguments: ["2147483648", "-2147483649", "99999999999999999999"])
    func integerBeyond32BitsIsRefused(value: String) {
        #expect(scan(eventText("\"ext\":\(value)")).error?.message.contains("2147483647") == true)
    }

    @Test(arguments: ["a", "0", "traceparent", "a1b2", "namesoftwentyandmorecharacters", #"\u0061bc"#])
    func nameOfLowerCaseLettersAndDigitsIsAccepted(name: String) {
        #expect(scan(eventText("\"\(name)\":1")).isAccepted)
    }

    @Test(
        arguments: [
            "", "A", "my_ext", "my-ext", "é", "a b", "Id", "data_base65", "data_", "ID", "specVersion", "a.b",
            #"\u0041"#,
            #"\u0000"#, #"a\n"#, "sourc\u{65}\u{301}", #"\ud800"#,
        ])
    func nameThatBreaksTheRuleIsRefused(name: String) {
        for value in ["1", "\"x\"", "null", "{}"] {
            let error = scan(eventText("\"\(name)\":\(value)")).error
            #expect(error?.code == .notAnEvent)
            #expect(error?.message.contains("lower-case letters a to z and digits") == true)
        }
    }

    @Test(
        arguments: [
            "id", "source", "specversion", "type", "subject", "time", "datacontenttype", "dataschema", "data",
            "data_base64",
        ])
    func nameNextToAKnownOneIsAnExtension(name: String) throws {
        for near in [name + "x", "x" + name, String(name.dropLast()) + "0"] where !near.contains("_") {
            let event = try CloudEvent(json: eventText("\"\(near)\":7"))
            #expect(event.extensions == [near: 7])
        }
    }

    @Test(
        arguments: [
            "id", "source", "specversion", "type", "subject", "time", "datacontenttype", "dataschema", "data",
            "data_base64",
            "ext",
        ])
    func memberThatComesTwiceIsRefused(name: String) {
        let value = ["time": #""2026-01-02T03:04:05Z""#, "datacontenttype": #""a/b""#, "dataschema": #""a:b""#]
        let member = value[name] ?? (name == "specversion" ? #""1.0""# : #""AAAA""#)
        let escaped = "\\u00" + String(name.utf8.first ?? 0, radix: 16) + name.dropFirst()
        for second in [name, escaped] {
            for secondValue in [member, "null"] {
                let body = "{\"\(name)\":\(member),\"\(second)\":\(secondValue)}"
                #expect(scan(body).error?.message.hasSuffix("is there twice.") == true, "\(body)")
            }
            #expect(scan("{\"\(second)\":null,\"\(name)\":\(member)}").code == .notAnEvent)
        }
    }

    @Test(arguments: [2, 3, 16, 17, 18, 200, 5_000])
    func extensionThatComesTwiceIsFoundAmongMany(count: Int) {
        let names = (0..<count).map { "ext\($0 &* 7_919 % 100_003)x" }
        let members = names.map { "\"\($0)\":1" }
        #expect(scan(eventText(members.joined(separator: ","))).isAccepted)
        for twice in Set([names[0], names[count / 2], names[count - 1]]) {
            let error = scan(eventText(members.joined(separator: ","), "\"\(twice)\":2")).error
            #expect(error?.message.contains("'\(twice)' is there twice") == true)
        }
        let escaped = names[0].replacing("e", with: #"\u0065"#)
        #expect(scan(eventText(members.joined(separator: ","), "\"\(escaped)\":2")).code == .notAnEvent)
    }

    /// A comparison of each with each takes minutes.
    @Test(.timeLimit(.minutes(1)))
    func manyExtensionsAreScannedWithoutQuadraticCost() {
        let members = (0..<80_000).map { "\"x\(String($0, radix: 36))\":1" }
        #expect(scan(eventText(members.joined(separator: ","))).isAccepted)
    }

    @Test func namesOfOneEventDoNotClashWithThoseOfTheNext() {
        let event = eventText(#""ext":1"#, #""\u0066oo":2"#)
        #expect(scan("[\(event),\(event),\(event)]").isAccepted)
    }
}
