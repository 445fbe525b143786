extension JSONCursor {
    /// Moves over one value of any kind and checks it whole.
    ///
    /// Iterative: objects and arrays that are open are bits of one word (1 is an object), so depth costs no stack.
    /// - Parameter depthLeft: how many objects and arrays may be open at once inside this value, 0 to 64.
    @inline(never)
    mutating func skipValue(depthLeft: Int) throws(Fault) {
        var kinds: UInt64 = 0
        var depth = 0
        // A local copy keeps the position in a register.
        var cursor = JSONCursor(bytes, position: position)
        var expectsName = false
        value: while true {
            if expectsName { try cursor.skipName() }
            let byte = cursor.nextSignificant()
            switch byte {
            case ASCII.quote:
                cursor.position &+= 1
                try cursor.skipString()
            case ASCII.minus, ASCII.zero...ASCII.nine:
                try cursor.skipNumber()
            case ASCII.openBrace:
                guard depth < depthLeft else { throw cursor.fault(.tooDeep) }
                cursor.position &+= 1
                if cursor.nextSignificant() == ASCII.closeBrace {
                    cursor.position &+= 1
                } else {
                    kinds = kinds << 1 | 1
                    depth &+= 1
                    expectsName = true
                    continue value
                }
            case ASCII.openBracket:
                guard depth < depthLeft else { throw cursor.fault(.tooDeep) }
                cursor.position &+= 1
                if cursor.nextSignificant() == ASCII.closeBracket {
                    cursor.position &+= 1
                } else {
                    kinds <<= 1
                    depth &+= 1
                    expectsName = false
                    continue value
                }
            case ASCII.t, ASCII.f, ASCII.n:
                try cursor.skipLiteral()
            default:
                throw cursor.fault(.expectedValue)
            }
            while depth > 0 {
                let next = cursor.nextSignificant()
                let inObject = kinds & 1 != 0
                if next == ASCII.comma {
                    cursor.position &+= 1
                    expectsName = inObject
                    continue value
                }
                guard next == (inObject ? ASCII.closeBrace : ASCII.closeBracket) else {
                    throw cursor.fault(.expectedCommaOrClose)
                }
                cursor.position &+= 1
                kinds >>= 1
                depth &-= 1
            }
            position = cursor.position
            return
        }
    }

    /// Moves over a member's name and its colon.
    @inline(__always)
    private mutating func skipName() throws(Fault) {
        guard nextSignificant() == ASCII.quote else { throw fault(.expectedName) }
        position &+= 1
        try skipString()
        try skipColon()
    }
}
