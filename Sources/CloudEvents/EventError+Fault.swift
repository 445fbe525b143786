extension EventError {
    /// A fault in words.
    init(_ fault: Fault, eventIndex: Int?, bytes: borrowing ByteReader, limits: EventLimits) {
        var text = fault.explanation(bytes, limits)
        if fault.code == .brokenJSON {
            let event = eventIndex.map { " (in event \($0) of the batch, the first being 0)" } ?? ""
            text = "The body is not valid JSON: at byte \(fault.offset)\(event), \(text)."
        } else if fault.isAboutBatch {
            text = "The batch is refused: \(text)."
        } else if let eventIndex {
            text = "Event \(eventIndex) of the batch (the first is event 0): \(text)."
        } else {
            text = "The event is refused: \(text)."
        }
        self.init(fault.code, text, byteOffset: fault.offset, eventIndex: eventIndex)
    }

    /// A fault in the JSON data of an event that is not in a body yet; the offset counts from the start of the data.
    init(_ fault: Fault, inDataOf bytes: borrowing ByteReader, limits: EventLimits) {
        let text = fault.explanation(bytes, limits)
        self.init(
            fault.code, "The data is not valid JSON: at byte \(fault.offset), \(text).", byteOffset: fault.offset)
    }

    /// The same for an event that was not sent as JSON, where an offset in JSON means nothing.
    var withoutPlace: EventError { EventError(code, message) }
}

extension Fault {
    /// True if the fault is about a batch as a whole and so about none of its events.
    var isAboutBatch: Bool { reason == .trailingBytes || reason == .batchNotClosed || reason == .tooManyEvents }

    fileprivate func explanation(_ bytes: borrowing ByteReader, _ limits: EventLimits) -> String {
        code == .brokenJSON ? jsonExplanation(bytes, limits) : eventExplanation(bytes, limits)
    }

    private func jsonExplanation(_ bytes: borrowing ByteReader, _ limits: EventLimits) -> String {
        let ends = offset >= bytes.count ? ", but the text ends" : ""
        return switch reason {
        case .emptyBody: "there is nothing; send one event as an object or a batch as an array"
        case .byteOrderMark: "there is a byte order mark; send UTF-8 without one"
        case .expectedValue: "a value is expected\(ends)"
        case .expectedName: "a member name in double quotes is expected\(ends)"
        case .expectedColon: "a colon is expected after a member name\(ends)"
        case .expectedCommaOrClose: "a comma or the closing bracket is expected\(ends)"
        case .batchNotClosed: "a comma or ] is expected after an event\(ends)"
        case .trailingBytes: "there is something after the end of the JSON text"
        case .controlCharacter:
            ends.isEmpty ? "a string holds a raw control character; escape it" : "a string is not closed\(ends)"
        case .badEscape: "a string holds an escape that does not exist"
        case .badUTF8: "a string is not valid UTF-8"
        case .badNumber: "a number is malformed"
        case .badLiteral: "only true, false and null may stand without quotes"
        case .tooDeep: "objects and arrays are nested deeper than \(limits.depthLimit) levels"
        default: "it cannot be read"
        }
    }

    private func eventExplanation(_ bytes: borrowing ByteReader, _ limits: EventLimits) -> String {
        let member = "'\(shown(bytes))'"
        return switch reason {
        case .notAnObject: "it must be a JSON object"
        case .missing(let attribute): "the attribute '\(attribute.text)' is missing; every event needs it"
        case .empty: "\(member) is empty; give it a value or leave it out"
        case .notString: "\(member) must be a string"
        case .badCharacter:
            "\(member) holds a control character, a noncharacter or a lone surrogate, which attributes must not"
        case .badName: "the extension name \(member) must consist of lower-case letters a to z and digits only"
        case .duplicate: "\(member) is there twice"
        case .wrongVersion: "'specversion' must be \"1.0\""
        case .badTime: "'time' must be a timestamp of RFC 3339 such as 2026-01-02T03:04:05Z"
        case .badMediaType: "'datacontenttype' must be a media type such as application/json"
        case .badSchema: "'dataschema' must be an absolute URI such as https://example.com/schema"
        case .badBase64: "'data_base64' is not base64 with the standard alphabet and padding"
        case .bothData: "'data' and 'data_base64' exclude each other; send one of them"
        case .badExtensionType:
            "the extension \(member) must be a string, a boolean or an integer; put other values into 'data'"
        case .integerRange: "the integer of the extension \(member) must lie between -2147483648 and 2147483647"
        case .eventTooLarge: "it is larger than \(limits.eventBytesMax) bytes of JSON"
        case .tooManyEvents: "a request may hold \(limits.eventsPerRequestMax) events; send the others in another one"
        default: "it cannot be read"
        }
    }

    /// The member's name as it was sent, cut to a length that a message can carry.
    private func shown(_ bytes: borrowing ByteReader) -> String {
        let longest = 64
        let cut = name.count > longest
        return bytes.string(name.prefix(longest)) + (cut ? "…" : "")
    }
}
