import Gridlog
import NIOHTTP1
import Testing

@testable import GridlogServer

/// The request of a redrive (contract, decision 34).
@Suite struct RedriveDocumentTests {
    private let path = "/topics/orders/eventSubscriptions/billing:redrive"

    private func read(_ body: String) throws -> RedriveSelection {
        try RedriveSelection(document: JSONMember(document: JSONValue(parsing: Array(body.utf8))))
    }

    private static func ids(_ count: Int) -> String {
        #"{"ids":[\#((0..<count).map { "\"\($0)\"" }.joined(separator: ","))]}"#
    }

    @Test func bothSelectionsAreRead() throws {
        #expect(try read(#"{"ids":["a","b"]}"#) == .ids(["a", "b"]))
        #expect(try read(#"{"ids":["a"],"all":false,"until":null}"#) == .ids(["a"]))
        #expect(try read(#"{"all":true}"#) == .all(until: nil))
        #expect(try read(#"{"all":true,"until":"1970-01-01T00:00:02+00:00"}"#) == .all(until: 2_000_000_000))
        guard case .ids(let ids) = try read(Self.ids(RedriveSelection.idsMax)) else { throw WrongSelection() }
        #expect(ids.count == RedriveSelection.idsMax)
    }

    @Test(arguments: [
        ("", "must have either 'ids'"), ("{}", "must have either 'ids'"), (#"{"all":false}"#, "must have either 'ids'"),
        (#"{"ids":["a"],"all":true}"#, "must have either 'ids'"), ("[]", "must be an object"),
        (#"{"ids":"a"}"#, "'ids' must be an array of strings"), (#"{"ids":[1]}"#, "'ids' must be an array of strings"),
        (#"{"all":1}"#, "'all' must be true or false"), (#"{"all":true,"until":"now"}"#, "'until' must be a time"),
        (#"{"ids":["a"],"until":"2026-01-31T09:00:00Z"}"#, "'until' is for 'all'"),
        (#"{"everything":true}"#, "'everything' is not known here"),
        (ids(RedriveSelection.idsMax + 1), "'ids' has 1001 ids; there may be 1000"),
    ])
    func whatIsWrongIsNamed(_ body: String, _ message: String) async throws {
        try await TestServer.run { server in
            try server.broker.putTopic("orders").topic.putSubscription("billing")
            let refused = try await server.send(.POST, path, body)
            #expect(refused.status == 400)
            #expect(try refused.errorMessage.contains(message))
        }
    }

    @Test func onlyAPostOnASubscriptionThatIsThere() async throws {
        try await TestServer.run { server in
            let all = #"{"all":true}"#
            #expect(try await server.send(.POST, path, all).status == 404)
            try server.broker.putTopic("orders").topic.putSubscription("billing")
            #expect(try await server.send(.GET, path).status == 405)
            #expect(try await server.send(.POST, path + "?dryRun=maybe", all).status == 400)
            #expect(try await server.send(.POST, "/topics/orders:redrive", all).status == 404)
        }
    }

    private struct WrongSelection: Error {}
}
