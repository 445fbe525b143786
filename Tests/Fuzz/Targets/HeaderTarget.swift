import CloudEvents

/// Messages in binary content mode: lines `name: value`, an empty line, the body.
enum HeaderTarget {
    static func run(_ bytes: [UInt8]) {
        let (headers, body) = message(bytes)
        for (_, value) in headers { checkText(value) }
        _ = try? HTTPBinding.events(headers: headers, body: body)
        let json: [UInt8]
        do throws(EventError) {
            json = try HTTPBinding.structuredEvent(headers: headers, body: body)
        } catch {
            require(!error.message.isEmpty, "an error says what it is")
            require((0...body.count).contains(error.byteOffset ?? 0), "an error names a place in the body")
            return
        }
        guard let event = try? CloudEvent(json: json) else {
            fatalError("broken promise: an event from headers is an event")
        }
        let again = HTTPBinding.binaryHeaders(of: event)
        let content = HTTPBinding.binaryBody(of: event)
        guard let copy = try? CloudEvent(json: HTTPBinding.structuredEvent(headers: again, body: content)) else {
            fatalError("broken promise: an event from headers is sent on as headers")
        }
        require(copy == event, "an event from headers is read as it was written")
    }

    private static func message(_ bytes: [UInt8]) -> (headers: [(name: String, value: String)], body: [UInt8]) {
        var headers: [(name: String, value: String)] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
            let name = String(decoding: line[..<colon], as: UTF8.self)
            headers.append((name, String(decoding: line[colon...].dropFirst(), as: UTF8.self)))
        }
        return (headers, Array(rest))
    }

    private static func checkText(_ value: String) {
        require(HeaderText.decode(HeaderText.encode(value)) == value, "a text is read as it was written")
        if let text = HeaderText.decode(value) {
            require(
                HeaderText.decode(HeaderText.encode(text)) == text, "a text that was read is read as it was written")
        }
        if let time = Timestamp.normalized(value) { require(Timestamp.isValid(time), "a normal timestamp is valid") }
        _ = MediaType.isJSON(value)
        _ = ContentMode(contentType: value)
    }

    static var seeds: [[UInt8]] {
        let start = "ce-specversion:1.0\nCE-Id:A%201\nce-source:/shop\nce-type:t\n"
        return [
            start + "\n", start + "content-type:application/json\n\n{\"a\":[1,null]}",
            start + "content-type:text/plain\n\n\u{0}binary", start + "ce-time:2024-02-29 23:59:59.5+01:00\n\n",
            start + "ce-subject:\"quoted \\\" %C3%A9\"\nce-ext:é%zz%\nce-n:12\n\n", start + "ce-subject:%FF\n\n",
            start + "ce-dataschema:urn:a\ncontent-type:image/svg+xml\n\n<svg/>", start + "ce-data:1\n\n",
            "content-type:application/cloudevents+json\n\n{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\"}",
        ].map { Array($0.utf8) }
    }
}
