extension JSONCursor {
    /// Moves over the value of a member that CloudEvents defines, and checks it. False if it is `null` and so counts as
    /// not sent.
    @inline(__always)
    mutating func skipAttribute(
        _ attribute: AttributeName, first: UInt8, name: Range<Int>, limits: EventLimits, event: inout ScannedEvent
    ) throws(Fault) -> Bool {
        if attribute == .data {
            try skipValue(depthLeft: limits.depthLimit - 1)
            return true
        }
        guard first == ASCII.quote else {
            try skipNull(orRefuse: .notString, name: name)
            return false
        }
        position += 1
        let start = position
        let hasEscapes = attribute == .dataBase64 ? try skipString() : try skipAttributeString(name: name)
        let value = start..<position - 1
        let place = AttributePosition(
            offset: UInt32(truncatingIfNeeded: start - event.offset), length: UInt32(truncatingIfNeeded: value.count),
            hasEscapes: hasEscapes)
        if value.isEmpty, attribute != .dataBase64 { throw Fault(reason: .empty, offset: start, name: name) }
        switch attribute {
        case .id: event.id = place
        case .source: event.source = place
        case .type: event.type = place
        case .subject: event.subject = place
        case .time:
            try check(value, hasEscapes, name, .badTime) { Timestamp.isValid($0) }
            event.time = place
        case .specversion:
            if value.count == 3, bytes.word(at: start) & 0xFF_FFFF == 0x30_2E31 { break }  // "1.0", first byte lowest
            try check(value, hasEscapes, name, .wrongVersion) { $0.count == 3 && $0.word(at: 0) == 0x30_2E31 }
        case .datacontenttype: try check(value, hasEscapes, name, .badMediaType) { MediaType.isValid($0) }
        case .dataschema: try check(value, hasEscapes, name, .badSchema) { $0.hasURIScheme }
        case .dataBase64: try check(value, hasEscapes, name, .badBase64) { Base64.isValid($0) }
        case .data: break
        }
        return true
    }

    /// Moves over the value of an extension attribute, and checks it. False if it is `null`.
    @inline(__always)
    mutating func skipExtension(first: UInt8, name: Range<Int>) throws(Fault) -> Bool {
        if first == ASCII.quote {
            position += 1
            _ = try skipAttributeString(name: name)
            return true
        }
        return try skipOtherExtension(first: first, name: name)
    }

    @inline(never)
    private mutating func skipOtherExtension(first: UInt8, name: Range<Int>) throws(Fault) -> Bool {
        let start = position
        switch first {
        case ASCII.t, ASCII.f:
            try skipLiteral()
            return true
        case ASCII.minus, ASCII.zero...ASCII.nine:
            guard try skipNumber() else { throw Fault(reason: .badExtensionType, offset: start, name: name) }
            guard Int32(bytes.string(start..<position)) != nil else {
                throw Fault(reason: .integerRange, offset: start, name: name)
            }
            return true
        default:
            try skipNull(orRefuse: .badExtensionType, name: name)
            return false
        }
    }

    /// Moves over `null`; any other value that begins here is refused.
    private mutating func skipNull(orRefuse reason: Fault.Reason, name: Range<Int>) throws(Fault) {
        let start = position
        switch bytes[position] {
        case ASCII.n: try skipLiteral()
        case ASCII.quote, ASCII.openBrace, ASCII.openBracket, ASCII.minus, ASCII.zero...ASCII.nine, ASCII.t, ASCII.f:
            throw Fault(reason: reason, offset: start, name: name)
        default: throw fault(.expectedValue)
        }
    }

    /// As `skipAttributeString()`; a fault names the attribute.
    @inline(__always)
    private mutating func skipAttributeString(name: Range<Int>) throws(Fault) -> Bool {
        do throws(Fault) {
            return try skipAttributeString()
        } catch {
            throw Fault(reason: error.reason, offset: error.offset, name: name)
        }
    }

    /// Hands the text of a value to a rule: the bytes as they are, or unescaped.
    @inline(__always)
    private func check(
        _ value: Range<Int>, _ hasEscapes: Bool, _ name: Range<Int>, _ reason: Fault.Reason,
        rule: (borrowing ByteReader) -> Bool
    ) throws(Fault) {
        var isValid: Bool
        if hasEscapes {
            var text: [UInt8] = []
            bytes.appendUnescaped(value, to: &text)
            isValid = rule(ByteReader(text.span))
        } else {
            isValid = rule(ByteReader(bytes.bytes(value)))
        }
        if !isValid { throw Fault(reason: reason, offset: value.lowerBound, name: name) }
    }
}
