import Hummingbird
import NIOHTTP1
import Testing

@testable import GridlogServer

@Suite struct ServerTests {
    @Test(arguments: [
        ("/", HTTPMethod.GET), ("/topic/orders", .GET), ("/topics/orders/x", .GET), ("/health", .GET),
        ("/topics/orders:unknown", .POST), ("/topics/orders:receive", .POST),
        ("/topics/orders/eventsubscriptions/billing:publish", .POST),
    ])
    func unknownRouteIsNotFound(_ path: String, _ method: HTTPMethod) async throws {
        try await TestServer.run { server in
            let answer = try await server.send(method, path)
            #expect(answer.status == 404)
            #expect(try answer.errorCode == "ResourceNotFound")
            #expect(try answer.errorMessage.hasPrefix("No HTTP resource was found that matches the request URI"))
        }
    }

    @Test(arguments: [
        ("/topics", HTTPMethod.POST, "GET"), ("/topics/orders", .POST, "GET, PUT, PATCH, DELETE"),
        ("/topics/orders/eventsubscriptions", .PUT, "GET"),
        ("/topics/orders/eventsubscriptions/billing", .HEAD, "GET, PUT, PATCH, DELETE"),
        ("/topics/orders:publish", .GET, "POST"), ("/topics/orders/eventsubscriptions/billing:renewlock", .PUT, "POST"),
    ])
    func otherMethodsAreNotAllowed(_ path: String, _ method: HTTPMethod, _ allowed: String) async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            let answer = try await server.send(method, path)
            #expect(answer.status == 405)
            #expect(answer.headers.first(name: "x-ms-error-code") == "MethodNotAllowed")
            #expect(answer.headers.first(name: "allow") == allowed)
        }
    }

    @Test func healthNeedsNoKeyAndEverythingElseDoes() async throws {
        try await TestServer.run(requiresKeys: true) { server in
            for path in ["/health/live", "/health/ready"] {
                let answer = try await server.send(.GET, path)
                #expect(answer.status == 200)
                #expect(try answer.document == .object(["status": .string("ok")]))
            }
            for path in ["/topics", "/topics/orders", "/nothing"] {
                let refused = try await server.send(.GET, path)
                #expect(refused.status == 401)
                #expect(try refused.errorCode == "Unauthorized")
                #expect(refused.headers.first(name: "www-authenticate") == "SharedAccessKey")
            }
            let key = server.keys.key2
            let authorized = try await server.send(
                .GET, "/topics", headers: [("Authorization", "SharedAccessKey \(key)")])
            #expect(authorized.status == 200)
        }
    }

    @Test func wrongKeyIsIgnoredWhenNoneIsRequired() async throws {
        try await TestServer.run { server in
            let answer = try await server.send(.GET, "/topics", headers: [("aeg-sas-key", "wrong")])
            #expect(answer.status == 200)
        }
    }

    @Test func requestIDIsEchoed() async throws {
        try await TestServer.run { server in
            for path in ["/topics", "/nothing"] {
                let answer = try await server.send(.GET, path, headers: [("x-ms-client-request-id", "7d86c760")])
                #expect(answer.headers.first(name: "x-ms-client-request-id") == "7d86c760")
            }
        }
    }

    @Test func bodyThatIsTooLargeIsRefusedAndTheServerGoesOn() async throws {
        try await TestServer.run { server in
            let fitting = String(repeating: " ", count: Request.documentBytesMax - 2) + "{}"
            #expect(try await server.send(.PUT, "/topics/orders", fitting).status == 201)
            let refused = try await server.send(.PUT, "/topics/orders", fitting + " ")
            #expect(refused.status == 413)
            #expect(try refused.errorCode == "PayloadTooLarge")
            #expect(refused.headers.first(name: "connection") == "close")
            let discarded = String(repeating: " ", count: Request.discardedBytesMax - 1)
            #expect(try await server.send(.PUT, "/topics/orders", discarded).status == 413)
            #expect(try await server.send(.GET, "/topics/orders").status == 200)
        }
    }

    @Test func listeningBeyondThisMachineNeedsKeys() throws {
        for host in ["0.0.0.0", "::", "192.0.2.1"] {
            let error = #expect(throws: StartFailure.self) { try ServerConfiguration(host: host).check() }
            #expect(error?.description.contains("--require-keys") == true)
            try ServerConfiguration(host: host, requiresKeys: true).check()
        }
        for host in ["127.0.0.1", "127.8.9.10", "::1", "localhost"] { try ServerConfiguration(host: host).check() }
    }

    @Test func unknownHostAndPortAreRefused() {
        #expect(throws: StartFailure.self) { try ServerConfiguration(host: "no such host").check() }
        #expect(throws: StartFailure.self) { try ServerConfiguration(port: 65_536).check() }
        #expect(throws: StartFailure.self) { try ServerConfiguration(port: -1).check() }
    }
}
