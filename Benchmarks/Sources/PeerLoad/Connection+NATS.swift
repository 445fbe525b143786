// The text protocol of NATS, as far as JetStream needs it.

/// One `MSG` or `HMSG`.
struct NATSMessage {
    /// Where to answer: of a JetStream delivery, the subject that acknowledges it.
    var reply: [UInt8]
    /// The first line of the headers, such as `NATS/1.0 408 Request Timeout`; empty without headers.
    var status: String
    /// Valid until the next call.
    var payload: UnsafeRawBufferPointer

    /// Whether this is the answer to something that was stored.
    var isStored: Bool { status.isEmpty && payload.starts(with: "{") && !payload.starts(with: #"{"error""#) }

    /// The number that follows this, or nothing.
    func number(after key: String) -> Int? {
        let text = payload.text
        guard let place = text.firstRange(of: key) else { return nil }
        return Int(text[place.upperBound...].prefix { $0.isNumber })
    }
}

extension Connection {
    /// Introduces itself, and subscribes to `inbox`.
    func natsConnect(inbox: String) throws {
        let info = try line()
        guard info.starts(with: "INFO") else { throw LoadError.unexpected(info.text) }
        let options =
            #"{"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"lang":"swift","version":"1"}"#
        try send(Array("CONNECT \(options)\r\nSUB \(inbox) 1\r\n".utf8))
        try natsFlush()
    }

    /// Returns when the server has taken in everything that was sent before. Only where no message can come.
    func natsFlush() throws {
        try send(Array("PING\r\n".utf8))
        let answer = try line()
        guard answer.starts(with: "PONG") else { throw LoadError.unexpected(answer.text) }
    }

    func natsMessage() throws -> NATSMessage {
        while true {
            let line = try line()
            if line.starts(with: "MSG ") || line.starts(with: "HMSG ") { return try natsMessage(line) }
            if line.starts(with: "PING") {
                try send(Array("PONG\r\n".utf8))
            } else if !line.starts(with: "+OK"), !line.starts(with: "INFO") {
                throw LoadError.unexpected(line.text)
            }
        }
    }

    /// `MSG subject sid [reply] length` or `HMSG subject sid [reply] header-length length`.
    private func natsMessage(_ line: UnsafeRawBufferPointer) throws -> NATSMessage {
        let hasHeaders = line.first == 0x48
        let words = line.split(separator: 0x20)
        let numbers = hasHeaders ? 2 : 1
        guard words.count >= 3 + numbers, let last = words.last else { throw LoadError.unexpected(line.text) }
        let length = try UnsafeRawBufferPointer(rebasing: last).number()
        let headerLength = hasHeaders ? try UnsafeRawBufferPointer(rebasing: words[words.count - 2]).number() : 0
        let reply = words.count > 3 + numbers ? Array(words[3]) : []
        let body = try bytes(length + 2)
        guard headerLength <= length else { throw LoadError.unexpected("headers of \(headerLength) bytes") }
        let status = hasHeaders ? String(decoding: body.prefix { $0 != 13 }, as: UTF8.self) : ""
        let payload = UnsafeRawBufferPointer(rebasing: body[headerLength..<length])
        return NATSMessage(reply: reply, status: status, payload: payload)
    }
}
