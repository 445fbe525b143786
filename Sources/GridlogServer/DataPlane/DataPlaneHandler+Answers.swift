import Gridlog
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Answers of the data plane (contract 1.2 and 7.3).
extension DataPlaneHandler {
    func answerPublished(_ head: HTTPRequestHead, _ topic: Topic) {
        answer(ByteBuffer(staticString: "{}"), head, topic)
    }

    func answerEmpty(_ head: HTTPRequestHead) {
        answer(ByteBuffer(staticString: #"{"value":[]}"#), head)
    }

    func answer(_ outcomes: [SettleOutcome], _ list: LockTokenList, _ head: HTTPRequestHead, _ topic: Topic?) {
        var body = allocator.buffer(capacity: 64 + outcomes.count * (ReceivedEvents.lockTokenLength + 3))
        list.write(outcomes, to: &body)
        answer(body, head, topic)
    }

    /// - Parameter topic: the one whose durability the answer promises, where it promises any.
    func answer(_ body: ByteBuffer, _ head: HTTPRequestHead, _ topic: Topic? = nil) {
        send(.ok, body, head, closing: false) { text in
            text.add(.contentType, "application/json")
            if let topic { text.add(.durability, topic.settings.durability.rawValue) }
        }
    }

    func answer(_ error: ErrorAnswer, _ head: HTTPRequestHead, closing: Bool = false) {
        send(error.code.status, ByteBuffer(bytes: error.body), head, closing: closing) { $0.add(error.headerFields) }
    }

    /// A content up to this length goes into one buffer with its head, in bytes.
    private static let copiedBytesMax = 16 << 10

    private func send(
        _ status: HTTPResponse.Status, _ body: ByteBuffer, _ head: HTTPRequestHead, closing: Bool,
        _ fields: (inout AnswerText) -> Void
    ) {
        var content = body
        let isCopied = content.readableBytes <= Self.copiedBytesMax
        var text = AnswerText(status, allocator, capacity: isCopied ? content.readableBytes : 0)
        fields(&text)
        text.add(.contentLength, String(content.readableBytes))
        if let id = head.field(.clientRequestID) { text.add(.clientRequestID, id) }
        let closes = closing || isLastAnswer || !head.isKeepAlive
        if closes { text.add(.connection, "close") }
        text.end()
        // The answer to HEAD has the fields of one to POST, and no content (RFC 9110 section 9.3.2).
        if head.method == .HEAD { return send(text.bytes, nil, closing: closes) }
        if isCopied { text.append(&content) }
        send(text.bytes, isCopied ? nil : content, closing: closes)
    }
}
