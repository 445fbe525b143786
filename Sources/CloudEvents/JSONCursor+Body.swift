extension JSONCursor {
    /// Checks that nothing but whitespace is left.
    mutating func skipToEnd() throws(Fault) {
        _ = nextSignificant()
        guard position >= bytes.count else { throw fault(.trailingBytes) }
    }

    /// Checks a whole body as JSON and nothing else. The array of a batch does not count as a level.
    /// - Parameter elementCount: how many elements of a batch were found sound, also when this throws.
    mutating func skipBody(depthMax: Int, elementCount: inout Int) throws(Fault) {
        if nextSignificant() == ASCII.openBracket {
            try skipElements(depthMax: depthMax, elementCount: &elementCount)
        } else {
            try skipValue(depthLeft: depthMax)
        }
        try skipToEnd()
    }

    private mutating func skipElements(depthMax: Int, elementCount: inout Int) throws(Fault) {
        position += 1
        if nextSignificant() == ASCII.closeBracket {
            position += 1
            return
        }
        while true {
            try skipValue(depthLeft: depthMax)
            elementCount += 1
            let next = nextSignificant()
            guard next == ASCII.comma || next == ASCII.closeBracket else { throw fault(.batchNotClosed) }
            position += 1
            if next == ASCII.closeBracket { return }
        }
    }

    /// Why there is no event here: the text is empty, begins with a byte order mark, or is another JSON value.
    @inline(never)
    func faultForNonObject() -> Fault {
        if position >= bytes.count { return fault(position == 0 || bytes.isBlank ? .emptyBody : .expectedValue) }
        if position == 0, bytes.word(at: 0) & 0xFF_FFFF == 0xBF_BBEF { return fault(.byteOrderMark) }
        switch bytes[position] {
        case ASCII.quote, ASCII.openBracket, ASCII.minus, ASCII.zero...ASCII.nine, ASCII.t, ASCII.f, ASCII.n:
            return fault(.notAnObject)
        default: return fault(.expectedValue)
        }
    }
}

extension ByteReader {
    /// True if there is only whitespace.
    fileprivate var isBlank: Bool {
        var cursor = JSONCursor(self)
        _ = cursor.nextSignificant()
        return cursor.position >= count
    }
}
