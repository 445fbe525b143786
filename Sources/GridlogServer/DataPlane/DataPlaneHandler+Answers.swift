import Gridlog
import HTTPTypes
import NIOCore

/// Answers of the data plane (contract 1.2 and 7.3).
extension DataPlaneHandler {
    func answerPublished(_ head: HTTPRequest, _ topic: Topic) {
        answer(ByteBuffer(staticString: "{}"), head, topic)
    }

    func answerEmpty(_ head: HTTPRequest) {
        answer(ByteBuffer(staticString: #"{"value":[]}"#), head)
    }

    func answer(_ outcomes: [SettleOutcome], _ list: LockTokenList, _ head: HTTPRequest, _ topic: Topic?) {
        var body = allocator.buffer(capacity: 64 + outcomes.count * (ReceivedEvents.lockTokenLength + 3))
        list.write(outcomes, to: &body)
        answer(body, head, topic)
    }

    /// - Parameter topic: the one whose durability the answer promises, where it promises any.
    func answer(_ body: ByteBuffer, _ head: HTTPRequest, _ topic: Topic? = nil) {
        var fields = HTTPFields()
        fields.reserveCapacity(4)
        fields[.contentType] = "application/json"
        if let topic { fields[.durability] = topic.settings.durability.rawValue }
        send(.ok, fields, body, head, closing: false)
    }

    func answer(_ error: ErrorAnswer, _ head: HTTPRequest, closing: Bool = false) {
        send(error.code.status, error.headerFields, ByteBuffer(bytes: error.body), head, closing: closing)
    }

    /// Whether the client wants the connection closed (RFC 9110 section 7.6.1).
    private static func asksToClose(_ head: HTTPRequest) -> Bool {
        guard let options = head.headerFields[.connection] else { return false }
        return options.utf8.split(separator: UInt8(ascii: ",")).contains { option in
            let word = Substring(option).drop { $0 == " " || $0 == "\t" }
            return word.prefix { $0 != " " && $0 != "\t" }.isWord("close")
        }
    }

    private func send(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, _ body: ByteBuffer, _ head: HTTPRequest, closing: Bool
    ) {
        var fields = fields
        fields[.contentLength] = String(body.readableBytes)
        if let id = head.headerFields[.clientRequestID] { fields[.clientRequestID] = id }
        let closes = closing || isLastAnswer || Self.asksToClose(head)
        if closes { fields[.connection] = "close" }
        let content = head.method == .head ? ByteBuffer() : body
        send(HTTPResponse(status: status, headerFields: fields), content, closing: closes)
    }
}
