extension ByteReader {
    /// The scalar value of a character outside ASCII whose UTF-8 starts at `index`; moves past it. Overlong forms,
    /// surrogates and values above U+10FFFF are refused (RFC 3629).
    @inline(__always)
    func multibyteScalar(at index: inout Int) throws(Fault) -> UInt32 {
        // The first byte is the lowest; the masks keep what tells the length and that the others continue it.
        let word = UInt32(truncatingIfNeeded: word(at: index))
        if word & 0xC0E0 == 0x80C0 {
            let scalar = (word & 0x1F) << 6 | word >> 8 & 0x3F
            if scalar >= 0x80 {
                index &+= 2
                return scalar
            }
        } else if word & 0xC0_C0F0 == 0x80_80E0 {
            let scalar = (word & 0x0F) << 12 | (word >> 8 & 0x3F) << 6 | word >> 16 & 0x3F
            if scalar >= 0x800, scalar & 0xF800 != 0xD800 {
                index &+= 3
                return scalar
            }
        } else if word & 0xC0C0_C0F8 == 0x8080_80F0 {
            let high = (word & 0x07) << 18 | (word >> 8 & 0x3F) << 12
            let scalar = high | (word >> 16 & 0x3F) << 6 | word >> 24 & 0x3F
            if scalar >= 0x1_0000, scalar <= 0x10_FFFF {
                index &+= 4
                return scalar
            }
        }
        throw Fault(reason: .badUTF8, offset: index)
    }

    /// Moves over a run of characters outside ASCII, and over single spaces between them.
    @inline(__always)
    func skipMultibyteRun(at index: inout Int) throws(Fault) {
        repeat {
            // Four characters of two bytes each, none of them overlong, at once: most text that is not Latin or Asian.
            var word = word(at: index)
            while word & 0xC0E0_C0E0_C0E0_C0E0 == 0x80C0_80C0_80C0_80C0,
                ((word & 0x001E_001E_001E_001E) &+ 0x007E_007E_007E_007E) & 0x0080_0080_0080_0080
                    == 0x0080_0080_0080_0080
            {
                index &+= 8
                word = self.word(at: index)
            }
            if word & 0x80 != 0 { _ = try multibyteScalar(at: &index) }
            if self[index] == ASCII.space, self[index &+ 1] >= 0x80 { index &+= 1 }
        } while self[index] >= 0x80
    }

    /// The code unit that the escape at `index` stands for; moves past it.
    func escape(at index: inout Int) throws(Fault) -> UInt32 {
        let unit: UInt32
        switch self[index + 1] {
        case ASCII.quote, ASCII.backslash, ASCII.slash: unit = UInt32(self[index + 1])
        case 0x62: unit = 0x08
        case 0x66: unit = 0x0C
        case 0x6E: unit = 0x0A
        case 0x72: unit = 0x0D
        case 0x74: unit = 0x09
        case 0x75:
            var value: UInt32 = 0
            for place in 2..<6 {
                guard let digit = ASCII.hexValue(self[index + place]) else {
                    throw Fault(reason: .badEscape, offset: index)
                }
                value = value << 4 | UInt32(digit)
            }
            index += 6
            return value
        default: throw Fault(reason: .badEscape, offset: index)
        }
        index += 2
        return unit
    }

    /// As `escape`, and takes a pair of surrogates as one scalar value. A lone surrogate is returned as it is.
    func escapedScalar(at index: inout Int) throws(Fault) -> UInt32 {
        let high = try escape(at: &index)
        guard high & 0xFC00 == 0xD800, self[index] == ASCII.backslash else { return high }
        var next = index
        let low = try escape(at: &next)
        guard low & 0xFC00 == 0xDC00 else { return high }
        index = next
        return 0x1_0000 + (high & 0x3FF) << 10 + low & 0x3FF
    }

    /// What a zero or another control character inside a string means: the text ends here, or the character is raw.
    func endOrControl(at index: Int) -> Fault {
        Fault(reason: .controlCharacter, offset: min(index, count))
    }

    /// CloudEvents 1.0.2, "Type System": no control characters, no noncharacters, no lone surrogates.
    static func isAllowedInAttribute(_ scalar: UInt32) -> Bool {
        if scalar < 0x20 || (0x7F...0x9F).contains(scalar) { return false }
        if scalar & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar) { return false }
        return scalar & 0xFFFF_F800 != 0xD800
    }
}
