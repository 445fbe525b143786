extension EventScanner {
    /// Moves over one event and checks it.
    @inline(__always)
    mutating func nextEvent(_ cursor: inout JSONCursor) throws(Fault) -> ScannedEvent {
        guard cursor.nextSignificant() == ASCII.openBrace else { throw cursor.faultForNonObject() }
        var event = ScannedEvent(offset: cursor.position, length: 0)
        var seen: UInt16 = 0
        var present: UInt16 = 0
        extensions.removeAll()

        cursor.position += 1
        var next = cursor.nextSignificant()
        if next == ASCII.closeBrace {
            cursor.position += 1
        } else {
            repeat {
                next = try nextMember(&cursor, &event, &seen, &present)
            } while next == ASCII.comma
        }
        event.length = cursor.position - event.offset

        try extensions.refuseDuplicates(in: cursor.bytes)
        let required =
            AttributeName.id.rawValue | AttributeName.source.rawValue
            | AttributeName.specversion.rawValue | AttributeName.type.rawValue
        if present & required != required { throw Self.missing(present, event) }
        let data = AttributeName.data.rawValue | AttributeName.dataBase64.rawValue
        if present & data == data { throw Fault(reason: .bothData, offset: event.offset) }
        return event
    }

    /// Moves over one member and the comma or brace after it, which is returned.
    @inline(__always)
    private mutating func nextMember(
        _ cursor: inout JSONCursor, _ event: inout ScannedEvent, _ seen: inout UInt16, _ present: inout UInt16
    ) throws(Fault) -> UInt8 {
        guard cursor.nextSignificant() == ASCII.quote else { throw cursor.fault(.expectedName) }
        cursor.position += 1
        let nameStart = cursor.position
        let hasEscapes = try cursor.skipString()
        let name = nameStart..<cursor.position - 1
        try cursor.skipColon()
        let first = cursor.nextSignificant()

        var known = AttributeName(
            length: name.count, low: cursor.bytes.word(at: name.lowerBound),
            high: cursor.bytes.word(at: name.lowerBound + 8))
        if hasEscapes { known = cursor.bytes.attributeName(name) }

        if let known {
            guard seen & known.rawValue == 0 else {
                throw Fault(reason: .duplicate, offset: name.lowerBound, name: name)
            }
            seen |= known.rawValue
            let isPresent = try cursor.skipAttribute(known, first: first, name: name, limits: limits, event: &event)
            if isPresent { present |= known.rawValue } else { event.hasNullMembers = true }
        } else {
            try extensions.append(name, hasEscapes: hasEscapes, in: cursor.bytes)
            let isPresent = try cursor.skipExtension(first: first, name: name)
            if !isPresent { event.hasNullMembers = true }
        }

        let next = cursor.nextSignificant()
        guard next == ASCII.comma || next == ASCII.closeBrace else { throw cursor.fault(.expectedCommaOrClose) }
        cursor.position += 1
        return next
    }

    @inline(never)
    private static func missing(_ present: UInt16, _ event: ScannedEvent) -> Fault {
        let name = AttributeName.required.first { present & $0.rawValue == 0 }
        return Fault(reason: .missing(name ?? .id), offset: event.offset)
    }
}
