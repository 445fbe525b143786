import Foundation
import NIOCore
import Testing

@testable import GridlogCLI

@Suite struct BenchRequestTests {
    private static func target() throws -> BenchTarget {
        BenchTarget(
            address: try BrokerAddress("http://[::1]:6500/ns1"), key: "k+/=", topic: "to p", subscription: "s",
            isOwn: true)
    }

    /// Head and body of a request's bytes.
    private static func parts(_ bytes: ByteBuffer) throws -> (head: String, body: String) {
        let text = String(buffer: bytes)
        let end = try #require(text.range(of: "\r\n\r\n"))
        return (String(text[..<end.upperBound]), String(text[end.upperBound...]))
    }

    @Test(arguments: [1, 2, 100], [BenchEvent.bytesMin, 1_024])
    func eventsHaveTheirSizeAndTheirOwnIds(_ count: Int, _ size: Int) throws {
        var request = PublishRequest(
            to: try Self.target(), count: count, event: BenchEvent(run: "bench-0123abcd", bytes: size))
        request.number(from: 7)
        request.number(from: 999_999)
        let (head, body) = try Self.parts(request.bytes)
        #expect(
            head.hasPrefix("POST /ns1/topics/to%20p:publish?api-version=2024-06-01 HTTP/1.1\r\nhost: [::1]:6500\r\n"))
        #expect(head.contains("\r\nauthorization: SharedAccessKey k+/=\r\n"))
        #expect(head.contains("application/cloudevents\(count > 1 ? "-batch" : "")+json"))
        #expect(head.hasSuffix("\r\ncontent-length: \(body.utf8.count)\r\n\r\n"))
        #expect(body.utf8.count == PublishRequest.bodyBytes(count: count, eventBytes: size))
        let document = JSONText(body)
        let events = count == 1 ? [document] : document.elements
        #expect(events.allSatisfy { $0.bytes.count == size && $0.isObject })
        #expect(
            events.map { $0["id"]?.string }
                == (0..<count).map { "bench-0123abcd-" + String(format: "%012d", 999_999 + $0) })
    }

    @Test func lockTokensOfAnAnswerAreAcknowledgedAsTheyStand() throws {
        var request = AcknowledgeRequest(to: try Self.target())
        let event = #"{"id":"1","data":{"lockToken":"no","text":"\"lockToken\":\"no\""}}"#
        for tokens in [["a", "b-_9"], ["c"], ["d", "e", "f"]] {
            let deliveries = tokens.map {
                #"{"brokerProperties":{"lockToken":"\#($0)","deliveryCount":1},"event":\#(event)}"#
            }
            try request.take(from: ByteBuffer(string: #"{"value":[\#(deliveries.joined(separator: ","))]}"#))
            let (head, body) = try Self.parts(request.bytes)
            #expect(request.count == tokens.count)
            #expect(JSONText(body)["lockTokens"]?.elements.map(\.string) == tokens)
            #expect(head.hasPrefix("POST /ns1/topics/to%20p/eventsubscriptions/s:acknowledge?"))
            #expect(head.hasSuffix("content-length: \(body.utf8.count)\r\n\r\n"))
        }
        let answers = [
            (#"{"succeededLockTokens":["d","e","f"],"failedLockTokens":[]}"#, 3),
            (#"{"succeededLockTokens":["d","f"],"failedLockTokens":[{"lockToken":"e"}]}"#, 2),
            (#"{"succeededLockTokens":["d","e","f"],"failedLockTokens":[1]}"#, 3),
            (#"{"succeededLockTokens":[],"failedLockTokens":[{},{},{}]}"#, 0), ("{}", 0), ("", 0),
        ]
        for (answer, count) in answers { #expect(request.succeeded(in: ByteBuffer(string: answer)) == count) }
    }

    @Test func emptyListHasNoTokensAndAnythingElseIsAnError() throws {
        var request = AcknowledgeRequest(to: try Self.target())
        try request.take(from: ByteBuffer(string: #"{"value":[]}"#))
        #expect(request.count == 0)
        for text in ["", "{}", #"{"value":[{"event":{}}]}"#, #"{"value":[{"brokerProperties":{"lockToken":"a"#] {
            #expect(throws: CommandFailure.self) { try request.take(from: ByteBuffer(string: text)) }
        }
    }
}
