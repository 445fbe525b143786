import Gridlog
import Testing

@testable import GridlogServer

/// `deadLetterDestinationWithResourceIdentity` and `deadLetterDestination` (contract 3.7, decision 27).
@Suite struct DeadLetterDocumentTests {
    private func read(_ queue: String) throws -> SubscriptionSettings {
        let body = #"{"properties":{"deliveryConfiguration":{"queue":{\#(queue)}}}}"#
        return try SubscriptionSettings(
            document: JSONMember(document: JSONValue(parsing: Array(body.utf8))), current: nil)
    }

    private func destination(_ type: String, _ properties: String) -> String {
        #""deadLetterDestination":{"endpointType":"\#(type)","properties":{\#(properties)}}"#
    }

    private func merged(_ current: DeadLetterDestination, _ patch: String) throws -> DeadLetterDestination? {
        var settings = SubscriptionSettings()
        settings.deadLetter = current
        let patch = #"{"properties":{"deliveryConfiguration":{"queue":{\#(patch)}}}}"#
        let document = settings.document(merging: try JSONValue(parsing: Array(patch.utf8)))
        return try SubscriptionSettings(document: JSONMember(document: document), current: settings).deadLetter
    }

    @Test(arguments: [
        ("Directory", #""path":"/var/dead""#, DeadLetterDestination.directory(path: "/var/dead")),
        ("NamespaceTopic", #""resourceId":"failed""#, .topic(name: "failed")),
        ("NamespaceTopic", #""resourceId":"/topics/failed""#, .topic(name: "failed")),
        (
            "NamespaceTopic",
            #""resourceId":"/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/namespaces/n/topics/failed""#,
            .topic(name: "failed")
        ),
    ])
    func bothKindsAreReadDirectlyAndWithAnIdentity(
        _ type: String, _ properties: String, _ expected: DeadLetterDestination
    ) throws {
        let direct = destination(type, properties)
        #expect(try read(direct).deadLetter == expected)
        for identity in ["", #""identity":{"type":"SystemAssigned"},"#, #""identity":null,"#] {
            let wrapped = #""deadLetterDestinationWithResourceIdentity":{\#(identity)\#(direct)}"#
            let settings = try read(wrapped)
            #expect(settings.deadLetter == expected)
            let shown = settings.document(.shown)
            #expect(
                try SubscriptionSettings(document: JSONMember(document: shown), current: settings) == settings,
                "what is shown can be sent back")
        }
    }

    @Test func itIsShownWithoutTheIdentity() throws {
        let shown = try read(destination("NamespaceTopic", #""resourceId":"failed""#)).document(.shown)
        let queue = shown["properties"]?["deliveryConfiguration"]?["queue"]
        let expected = JSONValue.object([
            "deadLetterDestination": .object([
                "endpointType": .string("NamespaceTopic"),
                "properties": .object(["resourceId": .string("/topics/failed")]),
            ])
        ])
        #expect(queue?["deadLetterDestinationWithResourceIdentity"] == expected)
        #expect(queue?["deadLetterDestination"] == nil)
    }

    @Test(arguments: [
        ("StorageBlob", #""resourceId":"/x","blobContainerName":"c""#, "must be 'Directory' or 'NamespaceTopic', not"),
        ("directory", #""path":"/x""#, "must be 'Directory' or 'NamespaceTopic', not 'directory'"),
        ("Directory", "", "properties.path' is missing"),
        ("Directory", #""path":"dead""#, "path' must be the absolute path of a directory, not 'dead'"),
        ("Directory", #""path":"""#, "must be the absolute path"),
        ("Directory", #""path":"/a\u0000""#, "absolute path"),
        ("Directory", #""path":"/x","resourceId":"y""#, "resourceId' is not known here"),
        ("NamespaceTopic", "", "properties.resourceId' is missing"),
        ("NamespaceTopic", #""resourceId":"/topics""#, "must end in /topics/ and the name of a topic"),
        ("NamespaceTopic", #""resourceId":"/domains/x""#, "must end in /topics/ and the name of a topic"),
        ("NamespaceTopic", #""resourceId":"/topics/a/eventsubscriptions/b""#, "must end in /topics/"),
        ("NamespaceTopic", #""resourceId":"/topics/a:publish""#, "must end in /topics/"),
    ])
    func otherDestinationsAreRefusedByName(_ type: String, _ properties: String, _ message: String) {
        let error = #expect(throws: ErrorAnswer.self) { try read(destination(type, properties)) }
        #expect(error?.code == .badRequest)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "none")")
    }

    @Test func onlyOneOfTheTwoMembersCanBeSent() {
        let direct = destination("Directory", #""path":"/x""#)
        let both = #"\#(direct),"deadLetterDestinationWithResourceIdentity":{\#(direct)}"#
        let error = #expect(throws: ErrorAnswer.self) { try read(both) }
        #expect(error?.message.contains("cannot be set together with") == true)
    }

    @Test func aPatchChangesThePathTheKindOrTakesItAway() throws {
        let current = DeadLetterDestination.directory(path: "/old")
        let path = #""deadLetterDestination":{"properties":{"path":"/new"}}"#
        let topic = destination("NamespaceTopic", #""resourceId":"failed""#)
        for (patch, expected) in [
            (path, DeadLetterDestination.directory(path: "/new")), (topic, .topic(name: "failed")),
        ] {
            #expect(try merged(current, patch) == expected)
            #expect(try merged(current, #""deadLetterDestinationWithResourceIdentity":{\#(patch)}"#) == expected)
        }
        for patch in [
            #""deadLetterDestination":null"#, #""deadLetterDestinationWithResourceIdentity":null"#,
            #""deadLetterDestinationWithResourceIdentity":{"deadLetterDestination":null}"#,
            #""deadLetterDestination":null,"deadLetterDestinationWithResourceIdentity":null"#,
        ] {
            #expect(try merged(current, patch) == nil, "\(patch)")
        }
        #expect(try merged(current, #""maxDeliveryCount":3"#) == current)
    }
}
