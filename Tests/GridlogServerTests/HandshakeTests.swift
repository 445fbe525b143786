import Gridlog
import NIOHTTP1
import Testing

@testable import GridlogServer

/// An endpoint is asked before anything is stored (contract 3.6).
@Suite struct HandshakeTests {
    private let path = "/topics/orders/eventSubscriptions/billing"

    private func withServer(
        _ handshake: FakeHandshake, requiresKeys: Bool = false, _ body: (TestServer, Topic) async throws -> Void
    ) async throws {
        try await TestServer.run(requiresKeys: requiresKeys, handshake: handshake) { server in
            try await body(server, try server.broker.putTopic("orders").topic)
        }
    }

    @Test func anEndpointThatDoesNotAgreeGetsNoSubscription() async throws {
        let refusing = FakeHandshake { _ throws(ErrorAnswer) in throw ErrorAnswer(.badRequest, "It does not agree.") }
        try await withServer(refusing) { server, _ async throws in
            let refused = try await server.send(.PUT, path, PushBody.of())
            #expect(refused.status == 400)
            #expect(try refused.errorMessage == "It does not agree.")
            #expect(try await server.send(.GET, path).status == 404)
        }
    }

    @Test func aNewURLIsAskedAndAnOldOneIsNot() async throws {
        let handshake = FakeHandshake { push throws(ErrorAnswer) in
            if push.endpointURL.contains("other") { throw ErrorAnswer(.badRequest, "It does not agree.") }
            return .succeeded
        }
        try await withServer(handshake) { server, topic async throws in
            #expect(try await server.send(.PUT, "/ns1" + path + "/?api-version=1", PushBody.of()).status == 201)
            let link = "http://127.0.0.1:\(server.port)/ns1\(path)/validate?code=\(FakeHandshake.code)"
            #expect(
                handshake.calls == [
                    FakeHandshake.Call(
                        endpointURL: PushBody.url, subscription: "billing", topic: "orders", link: link)
                ])
            #expect(try await server.send(.PUT, path, PushBody.of(push: #""maxDeliveryCount":2,"#)).status == 200)
            #expect(handshake.calls.count == 1)

            let patch = PushBody.configuration(#""destination":{"properties":{"endpointUrl":"https://other/"}}"#)
            #expect(try await server.send(.PATCH, path, patch).status == 400)
            #expect(topic.subscription("billing")?.settings.push?.endpointURL == PushBody.url)
            #expect(handshake.calls.count == 2)
        }
    }

    @Test func whatWouldBeRefusedAfterwardsIsNotAsked() async throws {
        let handshake = FakeHandshake()
        try await withServer(handshake) { server, _ async throws in
            let wrong = PushBody.of(push: #""maxDeliveryCount":11,"#)
            #expect(try await server.send(.PUT, path, wrong).status == 400)
            #expect(try await server.send(.PUT, path + "%0d%0ax", PushBody.of()).status == 400)
            #expect(
                try await server.send(.PUT, "/topics/none/eventsubscriptions/billing", PushBody.of()).status == 404)
            #expect(try await server.send(.PATCH, path, PushBody.of()).status == 404)
            #expect(handshake.calls.isEmpty)
        }
    }

    @Test func otherChangesGoOnWhileAnEndpointIsAsked() async throws {
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let (answers, answer) = AsyncStream.makeStream(of: Void.self)
        let handshake = FakeHandshake { push throws(ErrorAnswer) in
            guard push.endpointURL.contains("slow") else { return .succeeded }
            ask.yield()
            for await _ in answers { break }
            return .succeeded
        }
        try await withServer(handshake) { server, topic async throws in
            #expect(try await server.send(.PUT, path, PushBody.of()).status == 201)
            let patch = PushBody.configuration(#""destination":{"properties":{"endpointUrl":"https://slow/"}}"#)
            async let slow = server.send(.PATCH, path, patch)
            for await _ in asked { break }
            let other = PushBody.configuration(#""maxDeliveryCount":4"#)
            #expect(try await server.send(.PATCH, path, other).status == 200)
            answer.yield()
            #expect(try await slow.status == 200)
            let settings = try #require(topic.subscription("billing")).settings
            #expect(settings.maxDeliveryCount == 4, "the slow patch is merged into what is there when it is done")
            #expect(settings.push?.endpointURL == "https://slow/")
        }
    }

    /// The shown part of both URLs is the same; a PUT without the URL means the one that is there, which is another one by then.
    @Test func anEndpointThatWasNotAskedIsNotStored() throws {
        var current = SubscriptionSettings()
        current.push = PushSettings(endpointURL: "https://h/?key=2")
        let body = PushBody.of(webhook: #""endpointBaseUrl":"https://h/""#)
        let draft = try SubscriptionDraft(
            document: JSONMember(document: JSONValue(parsing: Array(body.utf8))), current: current)
        #expect(draft.settings.push?.endpointURL == "https://h/?key=2")
        #expect(draft.unknownEndpoint(now: 0) == nil)
        current.push?.validation = .failed
        let failed = try SubscriptionDraft(
            document: JSONMember(document: JSONValue(parsing: Array(body.utf8))), current: current)
        #expect(failed.unknownEndpoint(now: 0) != nil, "one that did not agree is asked again")
        let other = EndpointAgreement(endpointURL: "https://h/?key=1", validation: .succeeded)
        let error = #expect(throws: ErrorAnswer.self) { try failed.settings(with: other, now: 0) }
        #expect(error?.code == .conflict)
    }

    @Test func theOwnerAgreesByALinkThatNeedsNoKey() async throws {
        try await withServer(.manual(), requiresKeys: true) { server, topic async throws in
            let key = [("aeg-sas-key", server.keys.key1)]
            let created = try await server.send(.PUT, path, PushBody.of(), headers: key)
            #expect(created.status == 201)
            #expect(try created.document["properties"]?["provisioningState"] == .string("AwaitingManualAction"))
            #expect(!String(decoding: created.bytes, as: UTF8.self).contains(FakeHandshake.code))

            for wrong in ["?code=x", "", "?code="] {
                let refused = try await server.send(.GET, path + "/validate" + wrong)
                #expect(refused.status == 404)
                #expect(try refused.errorMessage == "The link is not valid, or not any more.")
            }
            let link = "/validate?code=\(FakeHandshake.code)"
            #expect(try await server.send(.GET, path + "x" + link).status == 404)
            #expect(try await server.send(.GET, "/topics/none/eventsubscriptions/billing" + link).status == 404)
            #expect(try await server.send(.POST, path + link).status == 401)
            #expect(try await server.send(.POST, path + link, headers: key).status == 405)
            #expect(topic.subscription("billing")?.settings.push?.validation != .succeeded)

            let confirmed = try await server.send(.GET, "/ns1" + path + link)
            #expect(confirmed.status == 200)
            #expect(confirmed.headers.first(name: "content-type") == "text/plain; charset=utf-8")
            let shown = try await server.send(.GET, path, headers: key).document["properties"]
            #expect(shown?["provisioningState"] == .string("Succeeded"))
            #expect(try await server.send(.GET, path + link).status == 404, "a second time")
        }
    }

    @Test func aChangeOfSomethingElseLeavesTheLinkValid() async throws {
        let handshake = FakeHandshake.manual()
        try await withServer(handshake) { server, _ async throws in
            #expect(try await server.send(.PUT, path, PushBody.of()).status == 201)
            let patch = PushBody.configuration(#""maxDeliveryCount":4"#)
            #expect(try await server.send(.PATCH, path, patch).status == 200)
            #expect(handshake.calls.count == 1)
            #expect(try await server.send(.GET, path + "/validate?code=\(FakeHandshake.code)").status == 200)
        }
    }

    @Test func aLinkThatWasNotOpenedInTimeIsAFailureUntilTheNextChange() async throws {
        let handshake = FakeHandshake.manual(until: 1)
        try await withServer(handshake) { server, _ async throws in
            let created = try await server.send(.PUT, path, PushBody.of())
            #expect(try created.document["properties"]?["provisioningState"] == .string("Failed"))
            #expect(try await server.send(.GET, path + "/validate?code=\(FakeHandshake.code)").status == 404)
            #expect(try await server.send(.PUT, path, PushBody.of()).status == 200)
            #expect(handshake.calls.count == 2)
        }
    }

    /// With the handshake that speaks HTTP, and no network.
    @Test(arguments: ["ftp://h/", "https://h/#f", "http://127.0.0.1:1/", "https://[::1]/", "nonsense"])
    func endpointThatCannotBeAskedIsRefused(_ url: String) async throws {
        try await TestServer.run { server in
            _ = try server.broker.putTopic("orders")
            let refused = try await server.send(.PUT, path, PushBody.of(webhook: #""endpointUrl":"\#(url)""#))
            #expect(refused.status == 400)
            #expect(try refused.errorMessage.contains("The endpoint URL"))
            #expect(try await server.send(.GET, path).status == 404)
        }
    }
}
