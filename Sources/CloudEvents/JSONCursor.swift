/// A place in JSON text that moves forward over whole tokens and checks them (RFC 8259).
///
/// Nothing is decoded and nothing allocated. After a fault the place is undefined.
struct JSONCursor: ~Escapable {
    let bytes: ByteReader
    /// The next byte to look at.
    var position: Int

    @inline(__always)
    @_lifetime(copy bytes)
    init(_ bytes: ByteReader, position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// Moves over whitespace; the byte it stops at, zero at the end.
    @inline(__always)
    mutating func nextSignificant() -> UInt8 {
        var byte = bytes[position]
        while byte <= ASCII.space {
            guard
                byte == ASCII.space || byte == ASCII.lineFeed || byte == ASCII.carriageReturn || byte == ASCII.tab
            else { return byte }
            position &+= 1
            byte = bytes[position]
        }
        return byte
    }

    /// Moves over the colon between a name and its value, to the first byte of the value.
    @inline(__always)
    mutating func skipColon() throws(Fault) {
        guard nextSignificant() == ASCII.colon else { throw fault(.expectedColon) }
        position &+= 1
    }

    /// Moves over `true`, `false` or `null`.
    @inline(__always)
    mutating func skipLiteral() throws(Fault) {
        let word = UInt32(truncatingIfNeeded: bytes.word(at: position))
        switch word {
        case 0x6575_7274, 0x6C6C_756E:  // "true", "null", first byte lowest
            position &+= 4
        case 0x736C_6166 where bytes[position &+ 4] == ASCII.e:  // "fals"
            position &+= 5
        default:
            throw fault(.badLiteral)
        }
    }

    @inline(__always)
    func fault(_ reason: Fault.Reason) -> Fault {
        Fault(reason: reason, offset: position)
    }
}
