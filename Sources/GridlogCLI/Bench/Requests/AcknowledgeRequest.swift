import NIOCore

/// An acknowledge request, made anew from the lock tokens of each answer in the memory of the one before.
struct AcknowledgeRequest {
    /// The request, head and body.
    private(set) var bytes = ByteBuffer()
    /// The lock tokens in it, as the server wrote them: `"…","…"`.
    private(set) var tokens = ByteBuffer()
    /// How many there are.
    private(set) var count = 0
    private let head: String

    init(to target: BenchTarget) {
        head = target.headBeforeLength(
            path: target.subscriptionPath, verb: "acknowledge", contentType: "application/json")
    }

    /// Takes the lock tokens of an answer to a receive.
    mutating func take(from answer: ByteBuffer) throws(CommandFailure) {
        count = try ReceiveRequest.lockTokens(of: answer, into: &tokens)
        if count == 0 { return }
        bytes.clear()
        bytes.writeString(head)
        bytes.writeString(String(tokens.readableBytes + #"{"lockTokens":[]}"#.utf8.count))
        bytes.writeStaticString("\r\n\r\n{\"lockTokens\":[")
        bytes.writeImmutableBuffer(tokens)
        bytes.writeStaticString("]}")
    }

    /// How many of the tokens the answer says were settled. The answer to a request that went well repeats its tokens.
    func succeeded(in answer: ByteBuffer) -> Int {
        if answer.readableBytesAre(#"{"succeededLockTokens":["#, tokens, #"],"failedLockTokens":[]}"#) { return count }
        let succeeded = JSONText(Array(answer.readableBytesView)[...])["succeededLockTokens"]?.elements ?? []
        return min(succeeded.count, count)
    }
}
