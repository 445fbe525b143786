extension CloudEvent {
    /// Reads one event from JSON in the structured format. A batch is read by `EventFormat.decode`.
    public init(json: RawSpan, limits: EventLimits = EventLimits()) throws(EventError) {
        var scanner = EventScanner(limits: limits)
        try scanner.scan(json)
        let bytes = ByteReader(json)
        var cursor = JSONCursor(bytes)
        guard cursor.nextSignificant() == ASCII.openBrace, let event = scanner.events.first else {
            throw EventError(.notAnEvent, "One event is expected as an object, but the body is a batch.", byteOffset: 0)
        }
        self.init(scanned: ByteReader(bytes.bytes(event.offset..<event.offset + event.length)))
    }

    /// Reads one event from JSON in the structured format.
    public init(json: [UInt8], limits: EventLimits = EventLimits()) throws(EventError) {
        try self.init(json: unsafe json.span.bytes, limits: limits)
    }

    /// Reads one event from JSON in the structured format.
    public init(json: String, limits: EventLimits = EventLimits()) throws(EventError) {
        try self.init(json: Array(json.utf8), limits: limits)
    }

    /// The event in the JSON format, without whitespace, extensions in the order of their names. JSON data is put in as
    /// it is, so call `validate()` first if it comes from elsewhere.
    public func json() -> [UInt8] {
        var output: [UInt8] = []
        appendJSON(to: &output)
        return output
    }

    func appendJSON(to output: inout [UInt8]) {
        output.append(ASCII.openBrace)
        JSONText.appendMember("specversion", "1.0".utf8, to: &output)
        JSONText.appendMember("id", id.utf8, to: &output)
        JSONText.appendMember("source", source.utf8, to: &output)
        JSONText.appendMember("type", type.utf8, to: &output)
        for (name, value) in optionalAttributes { JSONText.appendMember(name, value.utf8, to: &output) }
        for (name, value) in extensions.sorted(by: { $0.key < $1.key }) {
            JSONText.appendName(name.utf8, to: &output)
            switch value {
            case .string(let text): JSONText.appendString(text.utf8, to: &output)
            case .integer, .boolean: output.append(contentsOf: value.description.utf8)
            }
        }
        switch data {
        case .json(let json):
            JSONText.appendName("data".utf8, to: &output)
            output.append(contentsOf: json)
        case .binary(let bytes):
            JSONText.appendName("data_base64".utf8, to: &output)
            output.append(ASCII.quote)
            Base64.append(ByteReader(bytes.span), to: &output)
            output.append(ASCII.quote)
        case nil: break
        }
        output.append(ASCII.closeBrace)
    }

    /// The optional attributes that are there, with their names in JSON.
    var optionalAttributes: [(name: String, value: String)] {
        let all = [
            ("subject", subject), ("time", time), ("datacontenttype", dataContentType), ("dataschema", dataSchema),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    /// The event whose scanned bytes these are.
    init(scanned bytes: ByteReader) {
        self.init(id: "", source: "", type: "")
        var members = EventMembers(bytes)
        while let member = members.next() {
            let name = members.name(member)
            let attribute = AttributeName(text: name)
            if members.isNull(member), attribute != .data { continue }
            switch attribute {
            case .id: id = members.string(member) ?? ""
            case .source: source = members.string(member) ?? ""
            case .type: type = members.string(member) ?? ""
            case .subject: subject = members.string(member)
            case .time: time = members.string(member)
            case .datacontenttype: dataContentType = members.string(member)
            case .dataschema: dataSchema = members.string(member)
            case .specversion: break
            case .data:
                var json: [UInt8] = []
                members.bytes.append(member.value, to: &json)
                data = .json(json)
            case .dataBase64:
                let text = Array((members.string(member) ?? "").utf8)
                data = .binary(Base64.decode(ByteReader(text.span)) ?? [])
            case nil: extensions[name] = members.attributeValue(member)
            }
        }
    }
}

extension EventMembers {
    fileprivate func attributeValue(_ member: Member) -> AttributeValue {
        switch bytes[member.value.lowerBound] {
        case ASCII.quote: .string(string(member) ?? "")
        case ASCII.t: .boolean(true)
        case ASCII.f: .boolean(false)
        default: .integer(Int32(bytes.string(member.value)) ?? 0)
        }
    }
}
