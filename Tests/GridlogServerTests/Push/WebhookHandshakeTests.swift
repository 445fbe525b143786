import Gridlog
import NIOConcurrencyHelpers
import NIOHTTP1
import NIOPosix
import Testing

@testable import GridlogServer

@Suite struct WebhookHandshakeTests {
    private let now = WebhookTargets.now

    /// The handshake with a server, and how often it paused.
    private func validate(
        _ addresses: AddressPolicy, host: String = "user:hidden@127.0.0.1",
        attributes: [DeliveryAttribute] = [],
        _ reply: @escaping @Sendable (WebhookServer.Request) -> WebhookServer.Reply,
        _ body: (Result<EndpointValidation, ErrorAnswer>, WebhookServer, _ pauses: Int) throws -> Void
    ) async throws {
        try await WebhookServer.run(reply) { server in
            let client = WebhookClient(loops: MultiThreadedEventLoopGroup.singleton, addresses: addresses)
            let pauses = NIOLockedValueBox(0)
            let handshake = WebhookHandshake(client) { pauses.withLockedValue { $0 += 1 } }
            var settings = PushSettings(endpointURL: "http://\(host):\(server.port)/hook?sig=hidden")
            settings.deliveryAttributes = attributes
            let result: Result<EndpointValidation, ErrorAnswer>
            do throws(ErrorAnswer) {
                let validation = try await handshake.validate(
                    settings, subscription: "hook", topic: "orders", validationURL: { "http://me/validate?code=\($0)" },
                    now: now)
                result = .success(validation)
            } catch {
                result = .failure(error)
            }
            client.shutdown()
            try body(result, server, pauses.withLockedValue { $0 })
        }
    }

    private static func document(_ request: WebhookServer.Request) -> JSONValue? {
        guard case .array(let events)? = try? JSONValue(parsing: Array(request.body.utf8)), events.count == 1 else {
            return nil
        }
        return events[0]
    }

    /// What a handler of Event Grid's own schema answers.
    private static func echo(_ request: WebhookServer.Request) -> WebhookServer.Reply {
        guard request.method == .POST, case .string(let code)? = document(request)?["data"]?["validationCode"] else {
            return .answer(.methodNotAllowed)
        }
        return .answer(.ok, body: #"{ "other": 1, "validationResponse": "\#(code)" }"#)
    }

    @Test(arguments: ["*", "eventgrid.azure.net", "EventGrid.Azure.NET", "example.com, eventgrid.azure.net ,b", " * "])
    func allowedOriginIsEnough(_ value: String) async throws {
        for status in [HTTPResponseStatus.ok, .noContent, .notFound] {
            let headers: HTTPHeaders = ["WebHook-Allowed-Origin": value, "WebHook-Allowed-Rate": "120"]
            try await validate(try .loopback, { _ in .answer(status, headers: headers) }) { result, server, pauses in
                #expect(result == .success(.succeeded))
                #expect(server.requests.count == 1)
                #expect(pauses == 0)
                let request = try #require(server.requests.first)
                #expect(request.method == .OPTIONS)
                #expect(request.uri == "/hook?sig=hidden")
                #expect(request.headers["WebHook-Request-Origin"] == ["eventgrid.azure.net"])
                #expect(request.headers["Authorization"] == ["Basic dXNlcjpoaWRkZW4="])
                #expect(request.headers["aeg-event-type"].isEmpty)
            }
        }
    }

    @Test func codeThatComesBackIsEnough() async throws {
        let attributes: [DeliveryAttribute] = [
            DeliveryAttribute(name: "X-Key", value: .fixed("k", isSecret: true)),
            DeliveryAttribute(name: "X-Subject", value: .field("subject")),
        ]
        try await validate(try .loopback, attributes: attributes, Self.echo) { result, server, pauses in
            #expect(result == .success(.succeeded))
            #expect(pauses == 0)
            #expect(server.requests.map(\.method) == [.OPTIONS, .POST])
            let request = try #require(server.requests.last)
            #expect(request.uri == "/hook?sig=hidden")
            #expect(request.headers["content-type"] == ["application/json; charset=utf-8"])
            #expect(request.headers["aeg-event-type"] == ["SubscriptionValidation"])
            #expect(request.headers["aeg-subscription-name"] == ["HOOK"])
            #expect(request.headers["x-key"] == ["k"])
            #expect(request.headers["x-subject"].isEmpty)
            let event = try #require(Self.document(request))
            #expect(event["topic"] == .string("/topics/orders"))
            #expect(event["subject"] == .string(""))
            #expect(event["eventType"] == .string("Microsoft.EventGrid.SubscriptionValidationEvent"))
            #expect(event["eventTime"] == .string("2021-02-25T15:02:10.500Z"))
            #expect(event["metadataVersion"] == .string("1"))
            #expect(event["dataVersion"] == .string("1"))
            guard case .string(let code)? = event["data"]?["validationCode"], case .string? = event["id"] else {
                Issue.record("the event has no code or no id")
                return
            }
            #expect(code.utf8.count == 36)
            #expect(event["data"]?["validationUrl"] == .string("http://me/validate?code=\(code)"))
        }
    }

    @Test(arguments: ["", "{}", "ok", "[1]", #"{"validation":"x"}"#])
    func answerWithoutTheCodeAwaitsTheOwner(_ body: String) async throws {
        try await validate(try .loopback, { _ in .answer(.ok, body: body) }) { result, server, pauses in
            guard case .success(.awaitingManualAction(let code, let until)) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(server.requests.last?.body.contains(#""validationCode":"\#(code)""#) == true)
            #expect(until == now + 600_000_000_000)
            #expect(pauses == 0)
        }
    }

    @Test func secondAttemptCounts() async throws {
        let posts = NIOLockedValueBox(0)
        let reply: @Sendable (WebhookServer.Request) -> WebhookServer.Reply = { request in
            guard request.method == .POST else { return .hangUp }
            let count = posts.withLockedValue { count in
                count += 1
                return count
            }
            return count == 1 ? .answer(.serviceUnavailable) : Self.echo(request)
        }
        try await validate(try .loopback, reply) { result, server, pauses in
            #expect(result == .success(.succeeded))
            #expect(pauses == 1)
            #expect(server.requests.count == 4)
        }
    }

    @Test func endpointThatDoesNeitherIsRefusedWithWhatItMustDo() async throws {
        let reply: @Sendable (WebhookServer.Request) -> WebhookServer.Reply = { request in
            request.method == .OPTIONS
                ? .answer(.ok, headers: ["WebHook-Allowed-Origin": "example.com"]) : .answer(.accepted)
        }
        try await validate(try .loopback, reply) { result, server, pauses in
            guard case .failure(let refusal) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(pauses == 1)
            #expect(server.requests.count == 4)
            #expect(refusal.code == .badRequest)
            let expected =
                "The endpoint http://127.0.0.1:\(server.port)/hook has not agreed to get events, asked 2 times. "
                + "OPTIONS was answered 200, without WebHook-Allowed-Origin for eventgrid.azure.net; "
                + "POST of a validation event was answered 202. It must answer, within 30 s, either OPTIONS with the "
                + "header 'WebHook-Allowed-Origin: eventgrid.azure.net' (or '*'), or the POST of a "
                + "Microsoft.EventGrid.SubscriptionValidationEvent with status 200 and "
                + #"{"validationResponse":"<the event's data.validationCode>"}."#
            #expect(refusal.message == expected)
        }
    }

    @Test(arguments: [
        (WebhookServer.Reply.hangUp, "found no connection, or one that broke ("),
        (.answer(.ok, body: #"{"validationResponse":"other"}"#), "was answered 200 with another validationResponse"),
        (.answer(.ok, body: String(repeating: " ", count: 65_537)), "was answered with more than 64 KiB"),
        (.answer(.found, headers: ["location": "/elsewhere"]), "POST of a validation event was answered 302"),
    ])
    func everyOtherAnswerIsNamed(_ reply: WebhookServer.Reply, _ finding: String) async throws {
        try await validate(try .loopback, { _ in reply }) { result, server, _ in
            guard case .failure(let refusal) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(refusal.message.contains(finding), "\(refusal.message)")
            #expect(!refusal.message.contains("hidden"))
        }
    }

    @Test(arguments: ["127.0.0.1", "user:hidden@127.1", "localhost", "user:hidden@localhost"])
    func forbiddenAddressesAreNotAsked(_ host: String) async throws {
        try await validate(AddressPolicy(), host: host, Self.echo) { result, server, pauses in
            #expect(result == .failure(EndpointURL.forbidden))
            #expect(server.requests.isEmpty)
            #expect(pauses == 0)
        }
    }

    @Test func unknownHostIsNamed() async throws {
        let client = WebhookClient(loops: MultiThreadedEventLoopGroup.singleton, addresses: AddressPolicy())
        let handshake = WebhookHandshake(client) {}
        let refusal = await #expect(throws: ErrorAnswer.self) {
            try await handshake.validate(
                PushSettings(endpointURL: "http://a:hidden@x.invalid/p?hidden"), subscription: "s", topic: "t",
                validationURL: { $0 }, now: now)
        }
        client.shutdown()
        #expect(refusal?.message.hasPrefix("The endpoint http://x.invalid/p has not agreed") == true)
        #expect(refusal?.message.contains("the host's name is unknown") == true)
        #expect(refusal?.message.contains("hidden") == false)
    }

    @Test func pauseThatIsCancelledEndsTheHandshake() async throws {
        let client = WebhookClient(loops: MultiThreadedEventLoopGroup.singleton, addresses: AddressPolicy())
        let handshake = WebhookHandshake(client) { throw CancellationError() }
        let refusal = await #expect(throws: ErrorAnswer.self) {
            try await handshake.validate(
                PushSettings(endpointURL: "http://x.invalid/"), subscription: "s", topic: "t", validationURL: { $0 },
                now: now)
        }
        client.shutdown()
        #expect(refusal?.code == .serviceUnavailable)
    }
}
