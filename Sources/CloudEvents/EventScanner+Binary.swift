extension EventScanner {
    /// Checks a message in binary content mode and appends its event as JSON to an empty array; afterwards `events` has
    /// one element, whose places are in that array. See `HTTPBinding.structuredEvent`.
    ///
    /// An offset in an error counts from the start of the body; a fault in a header has none.
    public mutating func scan(
        headers: some Sequence<(name: String, value: String)>, body: RawSpan, structured output: inout [UInt8]
    ) throws(EventError) {
        output.removeAll(keepingCapacity: true)
        output.append(ASCII.openBrace)
        var contentType: String?
        for (name, value) in headers {
            if HTTPBinding.isContentType(name) {
                guard contentType == nil else {
                    throw EventError(.malformedHeader, "The header Content-Type is there twice; send it once.")
                }
                contentType = value
            } else if let attribute = Self.attributeName(ofHeader: name) {
                try Self.appendAttribute(attribute, value, to: &output)
            }
        }
        if let contentType, !contentType.isEmpty {
            JSONText.appendMember(AttributeName.datacontenttype.text, contentType.utf8, to: &output)
        }
        try appendData(ByteReader(body), isJSON: contentType.map(MediaType.isJSON) ?? false, to: &output)
        output.append(ASCII.closeBrace)
        do throws(EventError) {
            try scan(output.span)
        } catch {
            throw error.withoutPlace
        }
    }

    /// The name after `ce-` in lower case, nil for a header that carries no attribute.
    private static func attributeName(ofHeader name: String) -> String? {
        let bytes = name.utf8.map(ASCII.lowercased)
        guard bytes.starts(with: "ce-".utf8) else { return nil }
        return String(decoding: bytes.dropFirst(3), as: UTF8.self)
    }

    private static func appendAttribute(_ name: String, _ value: String, to output: inout [UInt8]) throws(EventError) {
        switch AttributeName(text: name) {
        case .datacontenttype:
            throw EventError(
                .malformedHeader, "The header ce-datacontenttype must not be used; send it as Content-Type.")
        case .data, .dataBase64:
            throw EventError(.malformedHeader, "The header ce-\(name) must not be used; send data as the body.")
        default: break
        }
        guard var text = HeaderText.decode(value) else {
            throw EventError(
                .malformedHeader, "The header ce-\(name) is not UTF-8 after percent-decoding; encode it as UTF-8.")
        }
        if name == AttributeName.time.text { text = Timestamp.normalized(text) ?? text }
        JSONText.appendMember(name, text.utf8, to: &output)
    }

    private func appendData(
        _ body: borrowing ByteReader, isJSON: Bool, to output: inout [UInt8]
    ) throws(EventError) {
        if body.count == 0 { return }
        guard isJSON else {
            JSONText.appendName(AttributeName.dataBase64.text.utf8, to: &output)
            output.append(ASCII.quote)
            Base64.append(body, to: &output)
            output.append(ASCII.quote)
            return
        }
        do throws(Fault) {
            var cursor = JSONCursor(copy body)
            try cursor.skipValue(depthLeft: limits.depthLimit - 1)
            try cursor.skipToEnd()
        } catch {
            throw EventError(error, eventIndex: nil, bytes: body, limits: limits)
        }
        JSONText.appendName(AttributeName.data.text.utf8, to: &output)
        body.append(0..<body.count, to: &output)
    }
}
