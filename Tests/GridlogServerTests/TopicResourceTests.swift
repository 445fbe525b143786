import Gridlog
import NIOHTTP1
import Testing

@testable import GridlogServer

@Suite struct TopicResourceTests {
    private func resource(_ name: String, days: Int = 7, durability: String = "durable") -> JSONValue {
        .object([
            "id": .string("/topics/\(name)"), "name": .string(name),
            "type": .string("Microsoft.EventGrid/namespaces/topics"),
            "properties": .object([
                "provisioningState": .string("Succeeded"), "publisherType": .string("Custom"),
                "inputSchema": .string("CloudEventSchemaV1_0"), "eventRetentionInDays": .integer(days),
                "durability": .string(durability),
            ]),
        ])
    }

    @Test func lifeOfATopic() async throws {
        try await TestServer.run { server in
            let path = "/topics/orders?api-version=2025-02-15"
            let missing = try await server.send(.GET, path)
            #expect(missing.status == 404)
            #expect(try missing.errorCode == "ResourceNotFound")

            let body = """
                {"properties":{"publisherType":"Custom","inputSchema":"CloudEventSchemaV1_0","eventRetentionInDays":7}}
                """
            let created = try await server.send(.PUT, path, body)
            #expect(created.status == 201)
            #expect(try created.document == resource("orders"))
            #expect(created.headers.first(name: "content-type") == "application/json; charset=utf-8")
            #expect(created.headers.first(name: "x-gridlog-durability") == "durable")

            let replaced = try await server.send(.PUT, path, #"{"properties":{"eventRetentionInDays":3}}"#)
            #expect(replaced.status == 200)
            #expect(try replaced.document == resource("orders", days: 3))
            #expect(try await server.send(.GET, path).document == resource("orders", days: 3))

            #expect(try await server.send(.DELETE, path).status == 204)
            #expect(try await server.send(.GET, path).status == 404)
            #expect(try await server.send(.DELETE, path).status == 204)
        }
    }

    @Test func putWithoutABodyTakesEveryDefault() async throws {
        try await TestServer.run(defaultDurability: .written) { server in
            let created = try await server.send(.PUT, "/topics/orders")
            #expect(created.status == 201)
            #expect(try created.document == resource("orders", durability: "written"))
            #expect(created.headers.first(name: "x-gridlog-durability") == "written")
        }
    }

    @Test func patchMergesAndNullTakesTheDefault() async throws {
        try await TestServer.run { server in
            let path = "/topics/orders"
            #expect(try await server.send(.PATCH, path, "{}").status == 404)
            _ = try await server.send(
                .PUT, path, #"{"properties":{"eventRetentionInDays":2,"durability":"written"}}"#)
            let merged = try await server.send(.PATCH, path, #"{"properties":{"eventRetentionInDays":1}}"#)
            #expect(merged.status == 200)
            #expect(try merged.document == resource("orders", days: 1, durability: "written"))
            let reset = try await server.send(.PATCH, path, #"{"properties":{"eventRetentionInDays":null}}"#)
            #expect(try reset.document == resource("orders", days: 7, durability: "written"))
            #expect(try await server.send(.PATCH, path, "{}").document == resource("orders", durability: "written"))
        }
    }

    @Test func answerCanBeSentBackAsItIs() async throws {
        try await TestServer.run { server in
            let created = try await server.send(.PUT, "/topics/orders")
            let again = try await server.send(.PUT, "/topics/orders", String(decoding: created.bytes, as: UTF8.self))
            #expect(again.status == 200)
            #expect(again.bytes == created.bytes)
        }
    }

    @Test(arguments: [
        (#"[]"#, "The body must be an object"),
        ("null", "The body must be an object"),
        (#"{"properties":[]}"#, "'properties' must be an object"),
        (#"{"properties":{"eventRetentionInDays":"7"}}"#, "'properties.eventRetentionInDays' must be a whole number"),
        (#"{"properties":{"eventRetentionInDays":1.5}}"#, "'properties.eventRetentionInDays' must be a whole number"),
        (#"{"properties":{"publisherType":"Other"}}"#, "'properties.publisherType' must be 'Custom', not 'Other'"),
        (#"{"properties":{"inputSchema":1}}"#, "'properties.inputSchema' must be a string"),
        (
            #"{"properties":{"durability":"none"}}"#,
            "'properties.durability' must be 'durable' or 'written', not 'none'"
        ),
        (#"{"properties":{"retention":1}}"#, "'properties.retention' is not known here"),
        (#"{"eventRetentionInDays":1}"#, "'eventRetentionInDays' is not known here; known are 'properties'"),
        (#"{"properties":{"#, "the JSON is broken at byte 15"),
    ])
    func wrongBodyIsRefusedAndTheMemberNamed(_ body: String, _ message: String) async throws {
        try await TestServer.run { server in
            let refused = try await server.send(.PUT, "/topics/orders", body)
            #expect(refused.status == 400)
            #expect(try refused.errorCode == "BadRequest")
            #expect(try refused.errorMessage.contains(message))
            #expect(try await server.send(.GET, "/topics/orders").status == 404)
        }
    }

    @Test(arguments: [
        ("/topics/ab", "{}"), ("/topics/or%20ders", "{}"),
        ("/topics/orders", #"{"properties":{"eventRetentionInDays":8}}"#),
        ("/topics/orders", #"{"properties":{"eventRetentionInDays":0}}"#),
    ])
    func whatTheBrokerRefusesIsABadRequest(_ path: String, _ body: String) async throws {
        try await TestServer.run { server in
            let refused = try await server.send(.PUT, path, body)
            #expect(refused.status == 400)
            #expect(try refused.errorCode == "BadRequest")
            #expect(try !refused.errorMessage.isEmpty)
        }
    }

    @Test func concurrentPatchesLoseNothing() async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            for _ in 0..<20 {
                async let days = server.send(
                    .PATCH, "/topics/orders", #"{"properties":{"eventRetentionInDays":2}}"#)
                async let level = server.send(.PATCH, "/topics/orders", #"{"properties":{"durability":"written"}}"#)
                _ = try await (days, level)
                let document = try await server.send(.GET, "/topics/orders").document
                #expect(document == resource("orders", days: 2, durability: "written"))
                _ = try await server.send(.PUT, "/topics/orders")
            }
        }
    }
}
