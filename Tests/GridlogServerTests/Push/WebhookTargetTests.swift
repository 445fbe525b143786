import Gridlog
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import GridlogServer

@Suite struct WebhookTargetTests {
    private func run(
        _ reply: @escaping @Sendable (WebhookServer.Request) -> WebhookServer.Reply = { _ in .answer(.ok) },
        limit: TimeAmount = .seconds(20), _ body: (WebhookServer, WebhookTargets) async throws -> Void
    ) async throws {
        try await WebhookServer.run(reply) { server in
            try await WebhookTargets.run(try .loopback, limit: limit) { targets in try await body(server, targets) }
        }
    }

    @Test func requestIsThatOfTheContract() async throws {
        try await run { server, targets in
            let outcome = await targets.deliver(to: "http://127.0.0.1:\(server.port)/a%20b%2Fc?code=x%2By%3D&z=%C3%A9")
            #expect(outcome == .answered(status: 200))
            let request = try #require(server.requests.first)
            #expect(server.requests.count == 1)
            #expect(request.method == .POST)
            #expect(request.uri == "/a%20b%2Fc?code=x%2By%3D&z=%C3%A9")
            #expect(request.body == #"{"id":"1"}"#)
            let headers = Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" }
            #expect(
                headers == [
                    "host": "127.0.0.1:\(server.port)", "content-length": "10", "user-agent": "gridlog",
                    "content-type": "application/cloudevents+json; charset=utf-8", "aeg-event-type": "Notification",
                    "aeg-subscription-name": "HOOK", "aeg-delivery-count": "0", "aeg-metadata-version": "1.0",
                    "webhook-request-origin": "eventgrid.azure.net",
                ])
        }
    }

    @Test func batchesAttemptsAndAttributesAreInTheHeaders() async throws {
        try await run { server, targets in
            let delivery = PushDelivery(
                id: "orders-7", attempts: 3, body: Array("[]".utf8), isBatch: true, isTrial: false,
                headers: [.init(name: "X-Customer", value: "Zoë"), .init(name: "Authorization", value: "Bearer t")])
            _ = await targets.deliver(delivery, to: "http://user:p%40ss@127.0.0.1:\(server.port)")
            let request = try #require(server.requests.first)
            #expect(request.uri == "/")
            #expect(request.headers["content-type"] == ["application/cloudevents-batch+json; charset=utf-8"])
            #expect(request.headers["aeg-delivery-count"] == ["3"])
            #expect(request.headers["x-customer"] == ["Zoë"])
            // What the settings say goes before what the URL says.
            #expect(request.headers["authorization"] == ["Bearer t"])
        }
    }

    @Test func userInformationOfTheURLIsSentAsCredentials() async throws {
        try await run { server, targets in
            _ = await targets.deliver(to: "http://user:p%40ss@127.0.0.1:\(server.port)/?a")
            let request = try #require(server.requests.first)
            #expect(request.uri == "/?a")
            #expect(request.headers["authorization"] == ["Basic dXNlcjpwQHNz"])
            #expect(request.headers["host"] == ["127.0.0.1:\(server.port)"])
        }
    }

    @Test func deliveriesAreSignedWithEverySecret() async throws {
        try await run { server, targets in
            let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"]
            let delivery = PushDelivery(
                id: "msg_p5jXN8AQM9LWM0D4loKWxJek", attempts: 0, body: Array(#"{"test": 2432232314}"#.utf8),
                isBatch: false, isTrial: false, headers: [])
            _ = await targets.deliver(delivery, to: "http://127.0.0.1:\(server.port)/", secrets: secrets)
            let headers = try #require(server.requests.first?.headers)
            #expect(headers["webhook-id"] == ["msg_p5jXN8AQM9LWM0D4loKWxJek"])
            #expect(headers["webhook-timestamp"] == ["1614265330"])
            let signatures = headers["webhook-signature"].joined().split(separator: " ")
            #expect(signatures.count == 2)
            #expect(signatures.first == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        }
    }

    @Test func nothingIsSentUnsignedWhenASecretCannotBeRead() async throws {
        try await run { server, targets in
            let outcome = await targets.deliver(to: "http://127.0.0.1:\(server.port)/", secrets: ["whsec_?"])
            #expect(outcome == .connectionFailed)
            #expect(server.requests.isEmpty)
        }
    }

    @Test(arguments: [200, 202, 204, 301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
    func statusIsPassedOnAndRedirectsAreNotFollowed(_ status: Int) async throws {
        let location: HTTPHeaders = ["location": "/elsewhere"]
        try await run({ _ in .answer(HTTPResponseStatus(statusCode: status), headers: location) }) { server, targets in
            let outcome = await targets.deliver(to: "http://127.0.0.1:\(server.port)/")
            #expect(outcome == .answered(status: status))
            #expect(server.requests.count == 1)
        }
    }

    @Test(
        arguments: [
            ("17", 17), ("Thu, 25 Feb 2021 15:02:40 GMT", 30), ("Thursday, 25-Feb-21 15:02:40 GMT", 30), ("soon", nil),
        ] as [(String, Int?)])
    func retryAfterIsPassedOn(_ text: String, _ seconds: Int?) async throws {
        try await run({ _ in .answer(.serviceUnavailable, headers: ["Retry-After": text]) }) { server, targets in
            let outcome = await targets.deliver(to: "http://127.0.0.1:\(server.port)/")
            #expect(outcome == .answered(status: 503, retryAfterSeconds: seconds))
        }
    }

    @Test func bodiesAreReadUpToALimit() async throws {
        for length in [64 * 1_024, 64 * 1_024 + 1, 4_000_000] {
            let body = String(repeating: "a", count: length)
            try await run({ _ in .answer(.badGateway, headers: ["Retry-After": "1"], body: body) }) { server, targets in
                let outcome = await targets.deliver(to: "http://127.0.0.1:\(server.port)/")
                #expect(outcome == .answered(status: 502, retryAfterSeconds: 1))
            }
        }
    }

    @Test func slowAnswerTimesOut() async throws {
        try await run({ _ in .silence }, limit: .milliseconds(200)) { server, targets in
            #expect(await targets.deliver(to: "http://127.0.0.1:\(server.port)/") == .timedOut)
            #expect(server.requests.count == 1)
        }
    }

    @Test func brokenConnectionsAndUnknownHostsAreTold() async throws {
        try await run({ _ in .hangUp }) { server, targets in
            #expect(await targets.deliver(to: "http://127.0.0.1:\(server.port)/") == .connectionFailed)
            #expect(await targets.deliver(to: "https://127.0.0.1:\(server.port)/") == .connectionFailed)
            #expect(await targets.deliver(to: "http://127.0.0.1:1/") == .connectionFailed)
            #expect(await targets.deliver(to: "http://x.invalid/") == .unknownHost)
            #expect(await targets.deliver(to: "no URL") == .connectionFailed)
            #expect(server.requests.count == 1)
        }
    }

    @Test func shutdownEndsWhatIsUnderWay() async throws {
        try await run({ _ in .silence }) { server, _ in
            let second = WebhookTargets(
                loops: MultiThreadedEventLoopGroup.singleton, addresses: try .loopback, now: { WebhookTargets.now })
            async let outcome = second.deliver(to: "http://127.0.0.1:\(server.port)/")
            while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            second.shutdown()
            #expect(await outcome == .connectionFailed)
            #expect(await second.deliver(to: "http://127.0.0.1:\(server.port)/") == .connectionFailed)
        }
    }

    @Test func manyDeliveriesAtOnceAreEachToldOnce() async throws {
        try await run { server, targets in
            let outcomes = await withTaskGroup(of: PushOutcome.self) { group in
                for _ in 0..<500 { group.addTask { await targets.deliver(to: "http://127.0.0.1:\(server.port)/") } }
                return await group.reduce(into: [PushOutcome: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(outcomes == [.answered(status: 200): 500])
            #expect(server.requests.count == 500)
        }
    }
}
