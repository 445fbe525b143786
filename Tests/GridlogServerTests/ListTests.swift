import NIOHTTP1
import Testing

@testable import GridlogServer

@Suite struct ListTests {
    private func names(_ answer: Answer) throws -> [String] {
        guard case .array(let values)? = try answer.document["value"] else { return ["no list"] }
        return values.map { if case .string(let name)? = $0["name"] { name } else { "no name" } }
    }

    /// The path and query of `nextLink`, which must name this server.
    private func next(_ answer: Answer, _ server: TestServer) throws -> String? {
        guard case .string(let link)? = try answer.document["nextLink"] else { return nil }
        let origin = "http://127.0.0.1:\(server.port)"
        #expect(link.hasPrefix(origin))
        return String(link.dropFirst(origin.count))
    }

    @Test func emptyListHasNoNextLink() async throws {
        try await TestServer.run { server in
            let answer = try await server.send(.GET, "/topics")
            #expect(answer.status == 200)
            #expect(try answer.document == .object(["value": .array([])]))
        }
    }

    @Test func pagesShowEveryTopicOnceInTheOrderOfNames() async throws {
        try await TestServer.run { server in
            let all = (10..<35).map { "topic-\($0)" }
            for name in all.shuffled() { _ = try await server.send(.PUT, "/topics/\(name)") }
            #expect(try names(await server.send(.GET, "/topics")) == Array(all.prefix(20)))
            #expect(try names(await server.send(.GET, "/topics?$top=100")) == all)

            var seen: [[String]] = []
            var path: String? = "/ns1/topics?%24top=10&api-version=2025-02-15"
            while let current = path {
                let answer = try await server.send(.GET, current)
                seen.append(try names(answer))
                path = try next(answer, server)
                if let path {
                    #expect(path.hasPrefix("/ns1/topics?"))
                    #expect(path.contains("api-version=2025-02-15"))
                }
            }
            #expect(seen == [Array(all[0..<10]), Array(all[10..<20]), Array(all[20..<25])])
        }
    }

    @Test func deletedCursorHidesNothing() async throws {
        try await TestServer.run { server in
            for name in ["aaa", "bbb", "ccc"] { _ = try await server.send(.PUT, "/topics/\(name)") }
            let link = try next(await server.send(.GET, "/topics?$top=2"), server)
            _ = try await server.send(.DELETE, "/topics/bbb")
            #expect(try names(await server.send(.GET, try #require(link))) == ["ccc"])
        }
    }

    @Test func eventSubscriptionsAreListedPerTopic() async throws {
        try await TestServer.run { server in
            #expect(try await server.send(.GET, "/topics/orders/eventsubscriptions").status == 404)
            _ = try await server.send(.PUT, "/topics/orders")
            _ = try await server.send(.PUT, "/topics/other")
            for name in ["sub-b", "sub-a", "sub-c"] {
                _ = try await server.send(.PUT, "/topics/orders/eventsubscriptions/\(name)")
            }
            let first = try await server.send(.GET, "/topics/orders/eventSubscriptions?$top=2")
            #expect(try names(first) == ["sub-a", "sub-b"])
            #expect(try names(await server.send(.GET, try #require(next(first, server)))) == ["sub-c"])
            #expect(try names(await server.send(.GET, "/topics/other/eventsubscriptions")) == [])
        }
    }

    @Test(arguments: ["$top=0", "$top=101", "$top=x", "$top=", "$filter=contains(name,'s')"])
    func wrongQueryIsABadRequest(_ query: String) async throws {
        try await TestServer.run { server in
            let refused = try await server.send(.GET, "/topics?\(query)")
            #expect(refused.status == 400)
            #expect(try refused.errorCode == "BadRequest")
        }
    }

    @Test func nextLinkKeepsTheSchemeThatAProxySaw() async throws {
        try await TestServer.run { server in
            for name in ["aaa", "bbb"] { _ = try await server.send(.PUT, "/topics/\(name)") }
            let answer = try await server.send(.GET, "/topics?$top=1", headers: [("X-Forwarded-Proto", "https")])
            #expect(
                try answer.document["nextLink"]
                    == .string("https://127.0.0.1:\(server.port)/topics?$top=1&$skiptoken=aaa"))
        }
    }
}
