extension JSONCursor {
    /// Moves from the first byte after an opening quote to the first one after the closing quote. True if there was an
    /// escape. Escapes of lone surrogates are kept (RFC 8259 section 8.2 leaves them open).
    @inline(__always)
    @discardableResult
    mutating func skipString() throws(Fault) -> Bool {
        var index = position
        var hasEscapes = false
        while true {
            let stops = bytes.block(at: index).stringStops
            if stops.isEmpty {
                index &+= 16
                continue
            }
            index &+= stops.first
            let byte = bytes[index]
            if byte == ASCII.quote {
                position = index &+ 1
                return hasEscapes
            }
            hasEscapes = hasEscapes || byte == ASCII.backslash
            index = try textAfterSpecial(at: index)
        }
    }

    /// As `skipString`, for the value of a CloudEvents attribute, where control characters, noncharacters and lone
    /// surrogates are refused, escaped or not (CloudEvents 1.0.2 section "Type System").
    @inline(__always)
    mutating func skipAttributeString() throws(Fault) -> Bool {
        var index = position
        var hasEscapes = false
        while true {
            let stops = bytes.block(at: index).attributeStops
            if stops.isEmpty {
                index &+= 16
                continue
            }
            index &+= stops.first
            let byte = bytes[index]
            if byte == ASCII.quote {
                position = index &+ 1
                return hasEscapes
            }
            hasEscapes = hasEscapes || byte == ASCII.backslash
            index = try attributeAfterSpecial(at: index)
        }
    }

    /// Checks the escape or the run of characters outside ASCII at `start`; where it ends.
    @inline(never)
    private func textAfterSpecial(at start: Int) throws(Fault) -> Int {
        var index = start
        switch bytes[start] {
        case ASCII.backslash:
            _ = try bytes.escape(at: &index)
        case 0..<ASCII.space:
            throw bytes.endOrControl(at: index)
        default:
            try bytes.skipMultibyteRun(at: &index)
        }
        return index
    }

    @inline(never)
    private func attributeAfterSpecial(at start: Int) throws(Fault) -> Int {
        var index = start
        switch bytes[start] {
        case ASCII.backslash:
            let scalar = try bytes.escapedScalar(at: &index)
            guard ByteReader.isAllowedInAttribute(scalar) else { throw Fault(reason: .badCharacter, offset: start) }
        case 0..<ASCII.space:
            throw bytes.endOrControl(at: index)
        case ASCII.delete:
            throw Fault(reason: .badCharacter, offset: start)
        default:
            repeat {
                let first = index
                let scalar = try bytes.multibyteScalar(at: &index)
                guard ByteReader.isAllowedInAttribute(scalar) else {
                    throw Fault(reason: .badCharacter, offset: first)
                }
            } while bytes[index] >= 0x80
        }
        return index
    }
}
