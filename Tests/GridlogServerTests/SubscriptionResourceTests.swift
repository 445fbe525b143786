import NIOHTTP1
import Testing

@testable import GridlogServer

@Suite struct SubscriptionResourceTests {
    private let path = "/topics/orders/eventSubscriptions/billing"

    private func resource(
        lock: Int = 60, deliveries: Int = 10, timeToLive: String = "P7D", types: [String] = [],
        startAt: JSONValue = .string("now")
    ) -> JSONValue {
        .object([
            "id": .string("/topics/orders/eventsubscriptions/billing"), "name": .string("billing"),
            "type": .string("Microsoft.EventGrid/namespaces/topics/eventsubscriptions"),
            "properties": .object([
                "provisioningState": .string("Succeeded"), "startAt": startAt,
                "counters": .object([
                    "dropped": .integer(0), "deadLettered": .integer(0), "deadLetterPending": .integer(0),
                ]),
                "deliveryConfiguration": .object([
                    "deliveryMode": .string("Queue"),
                    "queue": .object([
                        "receiveLockDurationInSeconds": .integer(lock), "maxDeliveryCount": .integer(deliveries),
                        "eventTimeToLive": .string(timeToLive),
                    ]),
                ]),
                "eventDeliverySchema": .string("CloudEventSchemaV1_0"),
                "filtersConfiguration": .object([
                    "includedEventTypes": .array(types.map { .string($0) }), "filters": .array([]),
                ]),
            ]),
        ])
    }

    private func queue(_ members: String) -> String {
        #"{"properties":{"deliveryConfiguration":{"deliveryMode":"Queue","queue":{\#(members)}}}}"#
    }

    @Test func lifeOfAnEventSubscription() async throws {
        try await TestServer.run { server in
            let orphan = try await server.send(.PUT, path, "{}")
            #expect(orphan.status == 404)
            #expect(try orphan.errorCode == "ResourceNotFound")
            #expect(try await server.send(.DELETE, path).status == 204)

            _ = try await server.send(.PUT, "/topics/orders")
            #expect(try await server.send(.GET, path).status == 404)
            let body = """
                {"properties":{"deliveryConfiguration":{"deliveryMode":"Queue",
                "queue":{"receiveLockDurationInSeconds":30,
                "maxDeliveryCount":4,"eventTimeToLive":"P1DT2H"}},"eventDeliverySchema":"CloudEventSchemaV1_0",
                "filtersConfiguration":{"includedEventTypes":["a.b","c"],"filters":[]},"expirationTimeUtc":null}}
                """
            let created = try await server.send(.PUT, path, body)
            #expect(created.status == 201)
            let expected = resource(lock: 30, deliveries: 4, timeToLive: "P1DT2H", types: ["a.b", "c"])
            #expect(try created.document == expected)
            #expect(created.headers.first(name: "x-gridlog-durability") == "durable")
            #expect(try await server.send(.GET, path).document == expected)

            let replaced = try await server.send(.PUT, path)
            #expect(replaced.status == 200)
            #expect(try replaced.document == resource())

            #expect(try await server.send(.DELETE, path).status == 204)
            #expect(try await server.send(.GET, path).status == 404)
            #expect(try await server.send(.DELETE, path).status == 204)
        }
    }

    @Test func patchMergesAndNullTakesTheDefault() async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            #expect(try await server.send(.PATCH, path, "{}").status == 404)
            _ = try await server.send(.PUT, path, queue(#""receiveLockDurationInSeconds":30,"eventTimeToLive":"PT1H""#))
            let merged = try await server.send(.PATCH, path, queue(#""maxDeliveryCount":3"#))
            #expect(merged.status == 200)
            #expect(try merged.document == resource(lock: 30, deliveries: 3, timeToLive: "PT1H"))
            let reset = try await server.send(
                .PATCH, path, queue(#""receiveLockDurationInSeconds":null,"eventTimeToLive":null"#))
            #expect(try reset.document == resource(deliveries: 3))
            let types = try await server.send(
                .PATCH, path, #"{"properties":{"filtersConfiguration":{"includedEventTypes":["x"]}}}"#)
            #expect(try types.document == resource(deliveries: 3, types: ["x"]))
        }
    }

    @Test(arguments: [HTTPMethod.PUT, .PATCH]) func deliveryModeOfAnExistingSubscriptionCannotChange(
        _ method: HTTPMethod
    ) async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            _ = try await server.send(.PUT, path)
            let push = #"{"properties":{"deliveryConfiguration":{"deliveryMode":"Push"}}}"#
            let refused = try await server.send(method, path, push)
            #expect(refused.status == 409)
            #expect(try refused.errorCode == "Conflict")
        }
    }

    @Test func timeToLiveThatIsNotSetIsTheTopicsRetention() async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders", #"{"properties":{"eventRetentionInDays":2}}"#)
            #expect(try await server.send(.PUT, path).document == resource(timeToLive: "P2D"))
            _ = try await server.send(.PUT, "/topics/orders", #"{"properties":{"eventRetentionInDays":5}}"#)
            #expect(try await server.send(.GET, path).document == resource(timeToLive: "P5D"))
        }
    }

    @Test func anExpirationTimeIsShownAndLeftOutAgain() async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            let body = #"{"properties":{"expirationTimeUtc":"2127-01-01T00:00:00.000+01:00"}}"#
            #expect(try await server.send(.PUT, path, body).status == 201)
            let shown = try await server.send(.GET, path).document["properties"]?["expirationTimeUtc"]
            #expect(shown == .string("2126-12-31T23:00:00Z"))
            let without = try await server.send(.PATCH, path, #"{"properties":{"expirationTimeUtc":null}}"#)
            #expect(try without.document == resource())
        }
    }

    @Test(arguments: [
        (#"{"properties":{"deliveryConfiguration":{"deliveryMode":"Push"}}}"#, "push.destination' is missing"),
        (#"{"properties":{"deliveryConfiguration":{"push":{}}}}"#, "deliveryConfiguration.push' cannot be set"),
        (#"{"properties":{"deliveryConfiguration":{"deliveryMode":"queue"}}}"#, "must be 'Queue' or 'Push'"),
        (
            #"{"properties":{"deliveryConfiguration":{"queue":{"deadLetterDestinationWithResourceIdentity":[]}}}}"#,
            "queue.deadLetterDestinationWithResourceIdentity' must be an object"
        ),
        (
            #"{"properties":{"deliveryConfiguration":{"queue":{"eventTimeToLive":"1 day"}}}}"#,
            "'properties.deliveryConfiguration.queue.eventTimeToLive' must be an ISO 8601 duration"
        ),
        (
            #"{"properties":{"deliveryConfiguration":{"queue":{"eventTimeToLive":60}}}}"#,
            "'properties.deliveryConfiguration.queue.eventTimeToLive' must be a string"
        ),
        (
            #"{"properties":{"deliveryConfiguration":{"queue":{"maxDeliverycount":3}}}}"#,
            "'properties.deliveryConfiguration.queue.maxDeliverycount' is not known here"
        ),
        (#"{"properties":{"filtersConfiguration":{"includedEventTypes":"a"}}}"#, "must be an array of strings"),
        (#"{"properties":{"filtersConfiguration":{"includedEventTypes":[1]}}}"#, "must be an array of strings"),
        (#"{"properties":{"expirationTimeUtc":"2020-01-01T00:00:00.000Z"}}"#, "Invalid expiration time"),
        (#"{"properties":{"expirationTimeUtc":"tomorrow"}}"#, "expirationTimeUtc' must be a time such as"),
        (#"{"properties":{"eventDeliverySchema":"EventGridSchema"}}"#, "must be 'CloudEventSchemaV1_0'"),
    ])
    func whatIsWrongIsRefusedByName(_ body: String, _ message: String) async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            let refused = try await server.send(.PUT, path, body)
            #expect(refused.status == 400)
            #expect(try refused.errorCode == "BadRequest")
            #expect(try refused.errorMessage.contains(message))
            #expect(try await server.send(.GET, path).status == 404)
        }
    }

    @Test(arguments: [
        #""receiveLockDurationInSeconds":0"#, #""receiveLockDurationInSeconds":301"#,
        #""maxDeliveryCount":11"#, #""eventTimeToLive":"PT59S""#, #""eventTimeToLive":"P8D""#,
    ])
    func whatIsOutOfRangeIsABadRequest(_ member: String) async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            let refused = try await server.send(.PUT, path, queue(member))
            #expect(refused.status == 400)
            #expect(try refused.errorCode == "BadRequest")
        }
    }

    private func start(_ value: String) -> String { #"{"properties":{"startAt":\#(value)}}"# }

    @Test(arguments: [
        (#""earliest""#, JSONValue.string("earliest")), ("1", .integer(1)),
        (#""2026-01-31T10:00:00+01:00""#, .string("2026-01-31T09:00:00Z")),
    ])
    func startIsShownAndMayBeSentBackButNotChanged(_ sent: String, _ shown: JSONValue) async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            #expect(try await server.send(.PUT, path, start(sent)).document == resource(startAt: shown))
            #expect(try await server.send(.PUT, path, start(sent)).status == 200)
            #expect(try await server.send(.PUT, path).document == resource(startAt: shown))
            #expect(try await server.send(.PATCH, path, start(#""now""#)).errorCode == "Conflict")
        }
    }

    @Test(arguments: ["0", "-1", "2", "1.5", #""tomorrow""#, #""2999-01-01T00:00:00Z""#, "[]"])
    func impossibleStartIsRefusedByName(_ value: String) async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            let answer = try await server.send(.PUT, path, start(value))
            #expect(answer.status == 400)
            #expect(try answer.errorMessage.contains("startAt"))
        }
    }
}
