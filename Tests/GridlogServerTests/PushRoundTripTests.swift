import Gridlog
import NIOHTTP1
import Testing

@testable import GridlogServer

/// What is secret survives an answer that is sent back, and a PATCH of something else (contract, decision 31).
@Suite struct PushRoundTripTests {
    private let path = "/topics/orders/eventSubscriptions/billing"

    /// Runs the body with a push subscription for which everything is set.
    private func withSubscription(_ body: (TestServer, FakeHandshake, Topic) async throws -> Void) async throws {
        let handshake = FakeHandshake()
        try await TestServer.run(handshake: handshake) { server in
            let topic = try server.broker.putTopic("orders").topic
            #expect(try await server.send(.PUT, path, PushBody.full).status == 201)
            try await body(server, handshake, topic)
        }
    }

    private func settings(_ topic: Topic) throws -> SubscriptionSettings {
        try #require(topic.subscription("billing")).settings
    }

    @Test(arguments: [HTTPMethod.PUT, .PATCH]) func anAnswerThatIsSentBackLosesNothing(_ method: HTTPMethod)
        async throws
    {
        try await withSubscription { server, handshake, topic async throws in
            let before = try settings(topic)
            let shown = try await server.send(.GET, path)
            let sent = try await server.send(method, path, String(decoding: shown.bytes, as: UTF8.self))
            #expect(sent.status == 200)
            #expect(try sent.document == shown.document)
            #expect(try settings(topic) == before)
            #expect(before.push?.endpointURL == PushBody.url)
            #expect(before.push?.signingSecrets == [PushBody.signingSecret])
            #expect(
                before.push?.deliveryAttributes.map(\.value).contains(.fixed("ATTRIBUTESECRET", isSecret: true)) == true
            )
            #expect(handshake.calls.count == 1, "a URL that did not change is not asked again")
        }
    }

    @Test func aPatchIsMergedIntoWhatIsSetAndNotIntoWhatIsShown() async throws {
        try await withSubscription { server, handshake, topic async throws in
            var expected = try settings(topic)
            expected.push?.maxEventsPerBatch = 7
            expected.maxDeliveryCount = 3
            let patch = PushBody.configuration(
                #""maxDeliveryCount":3,"destination":{"properties":{"maxEventsPerBatch":7}}"#)
            #expect(try await server.send(.PATCH, path, patch).status == 200)
            #expect(try settings(topic) == expected)

            expected.push?.preferredBatchKilobytes = nil
            let wrapped = PushBody.configuration(
                #""deliveryWithResourceIdentity":{"destination":{"properties":{"preferredBatchSizeInKilobytes":null}}}"#
            )
            #expect(try await server.send(.PATCH, path, wrapped).status == 200)
            #expect(try settings(topic) == expected)

            expected.push?.signingSecrets = []
            let unsigned = PushBody.configuration(#""signingSecrets":null,"signingSecretCount":1"#)
            #expect(try await server.send(.PATCH, path, unsigned).status == 200)
            #expect(try settings(topic) == expected)
            #expect(handshake.calls.count == 1)
        }
    }

    @Test func attributesAreReplacedAsAWholeAndSecretValuesStay() async throws {
        try await withSubscription { server, _, topic async throws in
            let patch = PushBody.configuration(
                #"""
                "destination":{"properties":{"deliveryAttributeMappings":[
                {"name":"TOKEN","type":"Static","properties":{"value":null,"isSecret":true}}]}}
                """#)
            #expect(try await server.send(.PATCH, path, patch).status == 200)
            let expected = DeliveryAttribute(name: "TOKEN", value: .fixed("ATTRIBUTESECRET", isSecret: true))
            #expect(try settings(topic).push?.deliveryAttributes == [expected])
        }
    }

    /// Otherwise whoever may change a subscription could have its secrets sent to a place of their own without knowing them.
    @Test(arguments: [
        (#""signingSecretCount":1,"#, "", "signingSecrets' is missing"),
        (
            "",
            #","deliveryAttributeMappings":[{"name":"Token","type":"Static","properties":{"value":null,"isSecret":true}}]"#,
            "deliveryAttributeMappings[0].properties.value' is missing"
        ),
    ])
    func secretsDoNotFollowAPutToAnotherEndpoint(_ push: String, _ webhook: String, _ message: String) async throws {
        try await withSubscription { server, handshake, topic async throws in
            let before = try settings(topic)
            let body = PushBody.of(webhook: #""endpointUrl":"https://other.example/"\#(webhook)"#, push: push)
            let refused = try await server.send(.PUT, path, body)
            #expect(refused.status == 400)
            #expect(try refused.errorMessage.contains(message))
            #expect(try settings(topic) == before)
            #expect(handshake.calls.count == 1)
        }
    }

    @Test(arguments: [
        ("", "signingSecrets"), (#""signingSecrets":[],"#, "deliveryAttributeMappings"),
    ])
    func secretsDoNotFollowAPatchToAnotherEndpoint(_ push: String, _ missing: String) async throws {
        try await withSubscription { server, handshake, topic async throws in
            let before = try settings(topic)
            let destination = #""destination":{"properties":{"endpointUrl":"https://other.example/"}}"#
            let patch = #"{"properties":{"deliveryConfiguration":{"push":{\#(push)\#(destination)}}}}"#
            let refused = try await server.send(.PATCH, path, patch)
            #expect(refused.status == 400)
            #expect(try refused.errorMessage.contains(missing))
            #expect(try settings(topic) == before)
            #expect(handshake.calls.count == 1)
        }
    }

    @Test func aPutReplacesWhatItDoesNotName() async throws {
        try await withSubscription { server, _, topic async throws in
            #expect(try await server.send(.PUT, path, PushBody.of()).status == 200)
            #expect(try settings(topic).push == PushSettings(endpointURL: PushBody.url))
            #expect(try settings(topic).deadLetter == nil)
        }
    }

    @Test(arguments: [
        "", #""endpointBaseUrl":"https://other.example/""#, #""endpointBaseUrl":"https://hooks.example:8443""#,
    ])
    func aURLThatIsNotSentIsKeptOnlyWhenItsShownPartIs(_ webhook: String) async throws {
        try await withSubscription { server, _, topic async throws in
            let refused = try await server.send(.PUT, path, PushBody.of(webhook: webhook))
            #expect(refused.status == 400)
            #expect(try refused.errorMessage.contains("endpointUrl' is missing"))
            let kept = try await server.send(
                .PUT, path, PushBody.of(webhook: #""endpointBaseUrl":"\#(PushBody.baseURL)""#))
            #expect(kept.status == 200)
            #expect(try settings(topic).push?.endpointURL == PushBody.url)
        }
    }

    @Test func anAnswerMakesNoOtherSubscription() async throws {
        try await withSubscription { server, _, _ async throws in
            let shown = String(decoding: try await server.send(.GET, path).bytes, as: UTF8.self)
            let refused = try await server.send(.PUT, path + "2", shown)
            #expect(refused.status == 400)
            #expect(try refused.errorMessage.contains("endpointUrl' is missing"))
        }
    }
}
