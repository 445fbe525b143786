import Gridlog
import NIOHTTP1
import Testing

@testable import GridlogServer

/// Push event subscriptions as they are sent and shown.
@Suite struct PushResourceTests {
    private let path = "/topics/orders/eventSubscriptions/billing"

    private func withServer(
        _ handshake: FakeHandshake = FakeHandshake(), requiresKeys: Bool = false,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run(requiresKeys: requiresKeys, handshake: handshake) { server in
            _ = try server.broker.putTopic("orders")
            try await body(server)
        }
    }

    @Test func everythingButSecretsIsShown() async throws {
        try await withServer { server async throws in
            let created = try await server.send(.PUT, path, PushBody.full)
            #expect(created.status == 201)
            let expected = try JSONValue(
                parsing: Array(
                    #"""
                    {"provisioningState":"Succeeded","startAt":"now",
                    "counters":{"dropped":0,"deadLettered":0,"deadLetterPending":0,"delivered":0,"failedAttempts":0},
                    "deliveryConfiguration":{"deliveryMode":"Push","push":{"maxDeliveryCount":5,"eventTimeToLive":"P1D",
                    "deadLetterDestinationWithResourceIdentity":{
                    "deadLetterDestination":{"endpointType":"Directory","properties":{"path":"/var/dead"}}},
                    "retrySchedule":"Basic","signingSecretCount":1,
                    "destination":{"endpointType":"WebHook","properties":{
                    "endpointBaseUrl":"https://hooks.example:8443/orders","maxEventsPerBatch":10,
                    "preferredBatchSizeInKilobytes":64,"deliveryAttributeMappings":[
                    {"name":"Plain","type":"Static","properties":{"value":"v","isSecret":false}},
                    {"name":"Token","type":"Static","properties":{"value":null,"isSecret":true}},
                    {"name":"Customer","type":"Dynamic","properties":{"sourceField":"data.customer"}}]}}}},
                    "eventDeliverySchema":"CloudEventSchemaV1_0",
                    "filtersConfiguration":{"includedEventTypes":[],"filters":[]}}
                    """#.utf8))
            #expect(try created.document["properties"] == expected)
            #expect(try await server.send(.GET, path).document["properties"] == expected)
        }
    }

    @Test func noAnswerHasASecretInIt() async throws {
        try await withServer { server async throws in
            let answers = [
                try await server.send(.PUT, path, PushBody.full), try await server.send(.GET, path),
                try await server.send(.GET, "/topics/orders/eventsubscriptions"),
                try await server.send(.PATCH, path, #"{"properties":{"expirationTimeUtc":null}}"#),
                try await server.send(.POST, path + "/getDeliveryAttributes"),
                // Refused after they were read, or because of the secret itself.
                try await server.send(.PATCH, path, PushBody.of(push: #""maxDeliveryCount":99,"#)),
                try await server.send(
                    .PUT, path, PushBody.of(push: #""signingSecrets":["\#(PushBody.signingSecret)="],"#)),
                try await server.send(
                    .PUT, path,
                    PushBody.of(
                        webhook: #"""
                            "endpointUrl":"\#(PushBody.url)","deliveryAttributeMappings":[
                            {"name":"a","type":"Static","properties":{"value":"ATTRIBUTESECRET\n","isSecret":true}}]
                            """#)),
                try await server.send(.PUT, path, #"{"properties":{}}"#),
            ]
            for answer in answers {
                let text = String(decoding: answer.bytes, as: UTF8.self)
                for secret in PushBody.secrets { #expect(!text.contains(secret), "\(secret) in \(text)") }
            }
            #expect(answers.map(\.status) == [201, 200, 200, 200, 200, 400, 400, 400, 409])
        }
    }

    @Test func theWholeURLAndTheAttributesAreToldOnRequest() async throws {
        try await withServer { server async throws in
            #expect(try await server.send(.PUT, path, PushBody.full).status == 201)
            for form in ["/getFullUrl", ":getFullUrl", "/GETFULLURL?api-version=2025-02-15"] {
                let answer = try await server.send(.POST, path + form)
                #expect(try answer.document == .object(["endpointUrl": .string(PushBody.url)]))
                #expect(try await server.send(.GET, path + form).status == 405)
            }
            let expected = try JSONValue(
                parsing: Array(
                    #"""
                    {"value":[{"name":"Plain","type":"Static","properties":{"value":"v","isSecret":false}},
                    {"name":"Token","type":"Static","properties":{"value":null,"isSecret":true}},
                    {"name":"Customer","type":"Dynamic","properties":{"sourceField":"data.customer"}}]}
                    """#.utf8))
            for form in ["/getDeliveryAttributes", ":getDeliveryAttributes"] {
                #expect(try await server.send(.POST, path + form).document == expected)
                #expect(try await server.send(.GET, path + form).status == 405)
            }
            #expect(try await server.send(.POST, path + "x/getFullUrl").status == 404)

            let queue = "/topics/orders/eventsubscriptions/audit"
            #expect(try await server.send(.PUT, queue).status == 201)
            let none = try await server.send(.POST, queue + "/getFullUrl")
            #expect(none.status == 400)
            #expect(try none.errorMessage.contains("its delivery mode is 'Queue'"))
            let empty = try await server.send(.POST, queue + "/getDeliveryAttributes").document
            #expect(empty == .object(["value": .array([])]))
        }
    }

    @Test func whatIsToldOnRequestNeedsAKey() async throws {
        try await withServer(requiresKeys: true) { server async throws in
            for form in ["/getFullUrl", "/getDeliveryAttributes", ":redrive"] {
                #expect(try await server.send(.POST, path + form).status == 401)
            }
        }
    }

    @Test func deliveryModeCannotChangeEitherWay() async throws {
        try await withServer { server async throws in
            #expect(try await server.send(.PUT, path, PushBody.of()).status == 201)
            let queue = "/topics/orders/eventsubscriptions/audit"
            #expect(try await server.send(.PUT, queue).status == 201)
            for method in [HTTPMethod.PUT, .PATCH] {
                let toPush = try await server.send(method, queue, PushBody.of())
                #expect(try toPush.errorCode == "Conflict")
                #expect(try toPush.errorMessage.contains("deliveryMode' cannot change: it is 'Queue'"))
                let toQueue = try await server.send(
                    method, path, #"{"properties":{"deliveryConfiguration":{"deliveryMode":"Queue"}}}"#)
                #expect(try toQueue.errorCode == "Conflict")
                #expect(try toQueue.errorMessage.contains("deliveryMode' cannot change: it is 'Push'"))
            }
        }
    }

    @Test func identityIsPassedOver() async throws {
        try await withServer { server async throws in
            let body = PushBody.configuration(
                #"""
                "deliveryWithResourceIdentity":{"identity":{"type":"SystemAssigned"},
                "destination":{"endpointType":"WebHook","properties":{"endpointUrl":"\#(PushBody.url)"}}}
                """#)
            #expect(try await server.send(.PUT, path, body).status == 201)
            let push = try await server.send(.GET, path).document["properties"]?["deliveryConfiguration"]?["push"]
            #expect(push?["deliveryWithResourceIdentity"] == nil)
            let shown = push?["destination"]?["properties"]?["endpointBaseUrl"]
            #expect(shown == .string(PushBody.baseURL))
        }
    }
}
