extension Base64 {
    /// Appends the base64 text of bytes, with padding.
    static func append(_ bytes: borrowing ByteReader, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + (bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
            let left = bytes.count - index
            output.append(digit(group >> 18))
            output.append(digit(group >> 12))
            output.append(left > 1 ? digit(group >> 6) : ASCII.equals)
            output.append(left > 2 ? digit(group) : ASCII.equals)
            index += 3
        }
    }

    /// The bytes of a base64 text that `isValid` accepts; nil for any other.
    static func decode(_ text: borrowing ByteReader) -> [UInt8]? {
        guard isValid(text) else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        var index = 0
        while index < text.count {
            var group: UInt32 = 0
            for place in 0..<4 { group = group << 6 | value(text[index + place]) }
            output.append(UInt8(truncatingIfNeeded: group >> 16))
            if text[index + 2] != ASCII.equals { output.append(UInt8(truncatingIfNeeded: group >> 8)) }
            if text[index + 3] != ASCII.equals { output.append(UInt8(truncatingIfNeeded: group)) }
            index += 4
        }
        return output
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value & 0x3F)
        switch value {
        case 0..<26: return 0x41 + value
        case 26..<52: return ASCII.a + value - 26
        case 52..<62: return ASCII.zero + value - 52
        case 62: return ASCII.plus
        default: return ASCII.slash
        }
    }

    /// 0 for padding.
    private static func value(_ digit: UInt8) -> UInt32 {
        switch digit {
        case 0x41...0x5A: UInt32(digit - 0x41)
        case ASCII.a...ASCII.z: UInt32(digit - ASCII.a) + 26
        case ASCII.zero...ASCII.nine: UInt32(digit - ASCII.zero) + 52
        case ASCII.plus: 62
        case ASCII.slash: 63
        default: 0
        }
    }
}
