import Gridlog
import Testing

@testable import GridlogServer

@Suite struct WebhookAddressTests {
    @Test(arguments: ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "0"])
    func loopbackIsForbiddenByDefault(_ host: String) async throws {
        try await WebhookServer.run { server in
            try await WebhookTargets.run(AddressPolicy(allowsPrivate: true)) { targets in
                #expect(await targets.deliver(to: "http://\(host):\(server.port)/") == .forbiddenAddress)
                #expect(await targets.deliver(to: "https://\(host):\(server.port)/") == .forbiddenAddress)
            }
            #expect(server.requests.isEmpty)
        }
    }

    /// The name is not judged before: the connection is made, and is closed without a request.
    @Test func nameOfAForbiddenAddressIsRefusedOnceConnected() async throws {
        try await WebhookServer.run { server in
            try await WebhookTargets.run(AddressPolicy()) { targets in
                for _ in 0..<3 {
                    #expect(await targets.deliver(to: "http://localhost:\(server.port)/") == .forbiddenAddress)
                }
                let outcomes = await withTaskGroup(of: PushOutcome.self) { group in
                    for _ in 0..<200 { group.addTask { await targets.deliver(to: "http://localhost:\(server.port)/") } }
                    return await group.reduce(into: Set<PushOutcome>()) { $0.insert($1) }
                }
                #expect(outcomes == [.forbiddenAddress])
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test(arguments: ["127.0.0.1", "127.1", "2130706433", "localhost"])
    func listedRangeIsReached(_ host: String) async throws {
        try await WebhookServer.run { server in
            try await WebhookTargets.run(try .loopback) { targets in
                #expect(await targets.deliver(to: "http://\(host):\(server.port)/") == .answered(status: 200))
            }
            #expect(server.requests.count == 1)
        }
    }
}
