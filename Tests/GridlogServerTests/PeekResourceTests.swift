import NIOHTTP1
import Testing

@testable import GridlogServer

@Suite struct PeekResourceTests {
    private let path = "/topics/orders/eventSubscriptions/billing"

    @Test func eventsAreShownWithTheirStateAndInPages() async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            #expect(try await server.send(.GET, path + "/events").status == 404)
            _ = try await server.send(.PUT, path)
            #expect(try await server.send(.GET, path + "/events").document == .object(["value": .array([])]))
            let event = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"a":1.50}}"#
            for _ in 0..<3 {
                let published = try await server.send(
                    .POST, "/topics/orders:publish", event, headers: [("content-type", "application/cloudevents+json")])
                #expect(published.status == 200)
            }
            #expect(try await server.send(.POST, path + ":receive").status == 200)

            let first = try await server.send(.GET, path + "/events?top=2&api-version=2024-06-01")
            #expect(String(decoding: first.bytes, as: UTF8.self).contains(event), "the event as it was published")
            let value = try first.document["value"]
            guard case .array(let shown)? = value else { throw WrongAnswer() }
            #expect(shown.map { $0["brokerProperties"]?["sequence"] } == [.integer(1), .integer(2)])
            #expect(shown.map { $0["brokerProperties"]?["state"] } == [.string("locked"), .string("available")])
            #expect(shown.map { $0["brokerProperties"]?["deliveryCount"] } == [.integer(1), .integer(0)])
            #expect(shown[0]["brokerProperties"]?["until"] != nil)
            #expect(shown[1]["brokerProperties"]?["until"] == nil)
            guard case .string(let link)? = try first.document["nextLink"] else { throw WrongAnswer() }
            #expect(link.hasPrefix("http://127.0.0.1:\(server.port)\(path)/events?from=3&top=2&api-version=2024-06-01"))
            let second = try await server.send(.GET, String(link.dropFirst("http://127.0.0.1:\(server.port)".count)))
            #expect(try second.document["nextLink"] == nil)

            let locked = try await server.send(.GET, path + "/events?state=locked").document["value"]
            guard case .array(let held)? = locked else { throw WrongAnswer() }
            #expect(held.map { $0["brokerProperties"]?["sequence"] } == [.integer(1)])
            for wrong in ["state=Locked", "state=settled", "from=0", "from=x", "top=0", "top=101"] {
                #expect(try await server.send(.GET, path + "/events?" + wrong).status == 400, "\(wrong)")
            }
            #expect(try await server.send(.POST, path + "/events").status == 405)
        }
    }

    private struct WrongAnswer: Error {}
}
