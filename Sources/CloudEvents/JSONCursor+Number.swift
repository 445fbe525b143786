extension JSONCursor {
    /// Moves over a number (RFC 8259 section 6). True if it is an integer: no fraction, no exponent.
    @inline(__always)
    @discardableResult
    mutating func skipNumber() throws(Fault) -> Bool {
        var index = position
        if bytes[index] == ASCII.minus { index &+= 1 }
        let integerDigits = digitRun(at: index)
        guard integerDigits > 0, integerDigits == 1 || bytes[index] != ASCII.zero else { throw fault(.badNumber) }
        index &+= integerDigits
        let next = bytes[index]
        guard next == ASCII.period || next | 0x20 == ASCII.e else {
            position = index
            return true
        }
        position = try skipFractionAndExponent(at: index)
        return false
    }

    @inline(never)
    private func skipFractionAndExponent(at start: Int) throws(Fault) -> Int {
        var index = start
        if bytes[index] == ASCII.period {
            let digits = digitRun(at: index &+ 1)
            guard digits > 0 else { throw fault(.badNumber) }
            index &+= 1 &+ digits
        }
        if bytes[index] | 0x20 == ASCII.e {
            index &+= 1
            if bytes[index] == ASCII.plus || bytes[index] == ASCII.minus { index &+= 1 }
            let digits = digitRun(at: index)
            guard digits > 0 else { throw fault(.badNumber) }
            index &+= digits
        }
        return index
    }

    /// How many digits stand from `start` on. Eight bytes at a time: the length of a number is a poor branch.
    @inline(__always)
    private func digitRun(at start: Int) -> Int {
        var index = start
        while true {
            // A byte becomes 0...9 for a digit; adding 0x76 sets the top bit of anything else. A carry can only spoil
            // bytes above the first that is no digit.
            let digits = bytes.word(at: index) ^ 0x3030_3030_3030_3030
            let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
            if others != 0 { return index &- start &+ others.trailingZeroBitCount >> 3 }
            index &+= 8
        }
    }
}
