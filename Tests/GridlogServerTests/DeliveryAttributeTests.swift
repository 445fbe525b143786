import Gridlog
import Testing

@testable import GridlogServer

/// `deliveryAttributeMappings`: names and values of headers (contract 3.5).
@Suite struct DeliveryAttributeTests {
    private func read(_ mappings: JSONValue) throws -> [DeliveryAttribute] {
        try DeliveryAttribute.all(in: JSONMember(document: .object(["all": mappings]))["all"], kept: [])
    }

    private func fixed(_ name: String, _ value: String = "v") -> JSONValue {
        .object([
            "name": .string(name), "type": .string("Static"), "properties": .object(["value": .string(value)]),
        ])
    }

    private func expectRefusal(
        _ mappings: JSONValue, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: ErrorAnswer.self, sourceLocation: sourceLocation) { try read(mappings) }
        #expect(error?.code == .badRequest, sourceLocation: sourceLocation)
        #expect(
            error?.message.contains(message) == true, "\(error?.message ?? "none")", sourceLocation: sourceLocation)
    }

    @Test func upToTenAreRead() throws {
        let all = (0..<10).map { fixed("x-\($0)") }
        #expect(try read(.array(all)).map(\.name) == (0..<10).map { "x-\($0)" })
        #expect(try read(.null).isEmpty)
        expectRefusal(.array(all + [fixed("x-10")]), "all' has 11 attributes; there may be 10")
    }

    @Test(arguments: [
        ("", "must be the name of a header"), ("a b", "must be the name of a header"),
        ("a:", "must be the name of a header"), ("ä", "must be the name of a header"),
        ("a\r\nb", "must be the name of a header"), ("aeg-x", "must not begin with 'aeg-'"),
        ("AEG-x", "must not begin with 'aeg-'"), ("Webhook-Id", "must not begin with 'webhook-'"),
        ("Content-Type", "a header that is set already"), ("content-length", "a header that is set already"),
        ("Host", "a header that is set already"), ("Connection", "a header that is set already"),
        ("TRANSFER-ENCODING", "a header that is set already"), ("User-Agent", "a header that is set already"),
    ])
    func namesThatCannotBeHeadersAreRefused(_ name: String, _ message: String) {
        expectRefusal(.array([fixed(name)]), "all[0].name' ")
        expectRefusal(.array([fixed(name)]), message)
    }

    @Test func noTwoHaveTheSameName() {
        expectRefusal(.array([fixed("X-A"), fixed("x-a")]), "all[1].name' is 'x-a', as that of another attribute")
    }

    @Test func valuesHaveALimitAndNoControlCharacters() throws {
        let longest = String(repeating: "é", count: 2_048)
        #expect(try read(.array([fixed("a", longest)])).map(\.value) == [.fixed(longest, isSecret: false)])
        #expect(try read(.array([fixed("a", "")])).count == 1)
        expectRefusal(.array([fixed("a", longest + "x")]), "value' is 4097 bytes long; it may have 4096")
        for control in ["\0", "\r\n", "\t", "\u{7F}", "\u{85}"] {
            expectRefusal(.array([fixed("a", "x\(control)y")]), "value' must not have control characters")
        }
    }

    @Test(arguments: [
        ("[null]", "all[0]' is missing; it must be an object"), (#"["a"]"#, "all[0]' must be an object"),
        (#"{}"#, "all' must be an array of delivery attributes"), (#"[{"type":"Static"}]"#, "all[0].name' is missing"),
        (#"[{"name":"a"}]"#, "all[0].type' is missing; it must be 'Static' or 'Dynamic'"),
        (#"[{"name":"a","type":"static"}]"#, "must be 'Static' or 'Dynamic', not 'static'"),
        (#"[{"name":"a","type":"Static"}]"#, "all[0].properties.value' is missing; it must be a string"),
        (
            #"[{"name":"a","type":"Static","properties":{"value":null,"isSecret":true}}]"#,
            "all[0].properties.value' is missing"
        ),
        (#"[{"name":"a","type":"Static","properties":{"value":1}}]"#, "value' must be a string"),
        (#"[{"name":"a","type":"Static","properties":{"value":"v","isSecret":1}}]"#, "isSecret' must be true or false"),
        (#"[{"name":"a","type":"Static","properties":{"sourceField":"x"}}]"#, "sourceField' is not known here"),
        (#"[{"name":"a","type":"Dynamic","properties":{}}]"#, "sourceField' is missing"),
        (#"[{"name":"a","type":"Dynamic","properties":{"sourceField":""}}]"#, "sourceField' must not be empty"),
    ])
    func whatIsWrongIsNamed(_ mappings: String, _ message: String) throws {
        expectRefusal(try JSONValue(parsing: Array(mappings.utf8)), message)
    }
}
