import CommandOutput
import Testing

@testable import GridlogCLI

@Suite struct SettleTests {
    @Test func dashIsReplacedByTheTokensOfTheInput() throws {
        #expect(SettleArguments.expanded(["a", "-", "b"]) { " c\nd\t e\r\n" } == ["a", "c", "d", "e", "b"])
        #expect(SettleArguments.expanded(["-", "-"]) { "c" } == ["c"])
        #expect(SettleArguments.expanded(["a"]) { "not read" } == ["a"])
    }

    @Test func outcomesOfSeveralRequestsAreGathered() throws {
        var results = SettleResults()
        results.add(JSONText(#"{"succeededLockTokens":["a"],"failedLockTokens":[]}"#))
        results.add(
            JSONText(
                #"{"succeededLockTokens":["b"],"failedLockTokens":[{"lockToken":"c","error":{"code":"TokenLost","message":"gone"}}]}"#
            ))
        #expect(results.table(outcome: "released").plain() == "a\treleased\t\nb\treleased\t\nc\tTokenLost\tgone\n")
        #expect(results.document["succeededLockTokens"]?.elements.map(\.display) == ["a", "b"])
        #expect(results.document["failedLockTokens"]?.elements.count == 1)
        let failure = #expect(throws: CommandFailure.self) { try results.requireSuccess(outcome: "released") }
        #expect(failure == CommandFailure(status: .failure, message: "1 of 3 lock tokens could not be released"))
    }

    @Test func withoutFailuresThereIsNoError() throws {
        var results = SettleResults()
        results.add(JSONText(#"{"succeededLockTokens":["a"],"failedLockTokens":[]}"#))
        try results.requireSuccess(outcome: "released")
        #expect(results.document == JSONText(#"{"succeededLockTokens":["a"],"failedLockTokens":[]}"#))
    }

    @Test func receivedEventsBecomeRowsAndTokens() {
        let received = JSONText(
            #"{"value":[{"brokerProperties":{"lockToken":"t1","deliveryCount":2},"event":{"specversion":"1.0","id":"7","type":"a","source":"/s","data":{"n":1.10}}}]}"#
        )
        #expect(ReceiveCommand.tokens(in: received) == ["t1"])
        #expect(ReceiveCommand.table(of: received).plain() == "t1\t2\t7\ta\t/s\t\t\t{\"n\":1.10}\n")
        #expect(ReceiveCommand.tokens(in: JSONText(#"{"value":[]}"#)).isEmpty)
    }
}
