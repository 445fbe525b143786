import NIOCore
import Testing

@testable import GridlogCLI

@Suite struct BenchWorkTests {
    private static func target() throws -> BenchTarget {
        BenchTarget(
            address: try BrokerAddress("http://h:1"), key: nil, topic: "t", subscription: "s", isOwn: true)
    }

    private static func answer(_ status: Int, _ body: String) -> Answer {
        Answer(status: status, body: ByteBuffer(string: body))
    }

    private static func deliveries(_ count: Int) -> Answer {
        let one = #"{"brokerProperties":{"lockToken":"t","deliveryCount":1},"event":{}}"#
        return answer(200, #"{"value":[\#(Array(repeating: one, count: count).joined(separator: ","))]}"#)
    }

    private static func settled(_ count: Int) -> Answer {
        let tokens = Array(repeating: #""t""#, count: count).joined(separator: ",")
        return answer(200, #"{"succeededLockTokens":[\#(tokens)],"failedLockTokens":[]}"#)
    }

    @Test func exactlyTheCountIsPublishedAlsoWhenSomeAreRefused() throws {
        let budget = EventBudget(25)
        var work = PublishWork(
            to: try Self.target(), event: BenchEvent(run: "bench-00000000", bytes: 256), batch: 10, budget: budget)
        var published = 0
        for turn in 0..<100 {
            guard work.next() != nil else { break }
            switch work.finish(Self.answer(turn == 1 ? 429 : 200, "{}")) {
            case .done(let events, _, _): published += events
            case .refused(let status): #expect(status == 429)
            case .failed: Issue.record("429 is no end")
            }
        }
        #expect(published == 25)
        #expect(work.next() == nil)
    }

    @Test func exactlyTheCountIsReceivedAlsoWhenAnswersAreShort() throws {
        let budget = EventBudget(25)
        var work = ConsumeWork(from: try Self.target(), batch: 10, wait: 0, budget: budget) { false }
        var acknowledged = 0
        for available in [10, 3, 7, 5, 0] {
            #expect(work.beginsAnew)
            guard let request = work.next() else { break }
            #expect(request.operation == .receive)
            #expect(String(buffer: request.bytes).contains("maxEvents=\(min(10, 25 - acknowledged))&"))
            _ = work.finish(Self.deliveries(available))
            #expect(!work.beginsAnew)
            #expect(work.next()?.operation == .acknowledge)
            if case .done(let events, 0, _) = work.finish(Self.settled(available)) { acknowledged += events }
        }
        #expect(acknowledged == 25)
        #expect(work.next() == nil)
    }

    @Test func emptyAnswerEndsTheWorkOnlyWhenNobodyPublished() throws {
        for isFed in [true, false] {
            var work = ConsumeWork(from: try Self.target(), batch: 10, wait: 1, budget: EventBudget(nil)) { isFed }
            #expect(work.next() != nil)
            _ = work.finish(Self.deliveries(0))
            #expect((work.next() != nil) == isFed)
        }
    }

    @Test func refusedAcknowledgeIsSentAgainAndLostTokensAreCounted() throws {
        var work = ConsumeWork(from: try Self.target(), batch: 10, wait: 0, budget: EventBudget(nil)) { false }
        _ = work.next()
        _ = work.finish(Self.deliveries(2))
        let sent = work.next()
        let first = try #require(sent)
        guard case .refused(503) = work.finish(Self.answer(503, "")) else { return #expect(Bool(false)) }
        #expect(work.next()?.bytes == first.bytes)
        guard case .done(1, lost: 1, _) = work.finish(Self.settled(1)) else { return #expect(Bool(false)) }
        #expect(work.beginsAnew)
    }

    @Test func moreEventsThanAskedForAndRefusalsForGoodEndTheRun() throws {
        for answer in [Self.deliveries(11), Self.answer(404, ""), Self.answer(401, ""), Self.answer(200, "{}")] {
            var work = ConsumeWork(from: try Self.target(), batch: 10, wait: 0, budget: EventBudget(nil)) { false }
            _ = work.next()
            guard case .failed = work.finish(answer) else { return #expect(Bool(false)) }
        }
    }

    @Test func requestsOfARateAreDueInTurns() {
        var pacers = (0..<4).map { Pacer(rate: 100, connections: 4, index: $0) }
        let begin = NIODeadline.uptimeNanoseconds(1_000)
        var due: [Int64] = []
        for _ in 0..<2 {
            for index in pacers.indices {
                due.append((pacers[index].due(since: begin) - begin).nanoseconds)
                pacers[index].advance()
            }
        }
        #expect(due == (0..<8).map { Int64($0) * 10_000_000 })
    }
}
