import NIOCore

/// A receive request.
struct ReceiveRequest {
    /// The whole request: it has no body.
    let bytes: ByteBuffer
    /// Events that it asks for, at most.
    let count: Int

    /// - Parameter wait: seconds that the server may wait for the first event.
    init(to target: BenchTarget, count: Int, wait: Int) {
        bytes = ByteBuffer(
            string: target.head(
                path: target.subscriptionPath, verb: "receive",
                query: [("maxEvents", String(count)), ("maxWaitTime", String(wait))], bodyBytes: 0))
        self.count = count
    }

    /// Takes the lock tokens out of an answer, as they stand there, into `tokens`: `"…","…"`.
    ///
    /// - Returns: how many there were.
    static func lockTokens(of answer: ByteBuffer, into tokens: inout ByteBuffer) throws(CommandFailure) -> Int {
        tokens.clear()
        let count = answer.appendStrings(after: #"{"brokerProperties":{"lockToken":""#, to: &tokens)
        if count == 0, !answer.readableBytesAre(#"{"value":["#, ByteBuffer(), "]}") {
            throw AnswerHead.failure("it has neither lock tokens nor an empty list")
        }
        return count
    }
}
