/// Where in a JSON text a reader is: how deep in brackets, and whether inside a string. It keeps counters instead of a
/// stack, so no input makes it recurse; it does not validate, which is the server's part.
struct JSONNesting {
    /// Open brackets, of both kinds.
    private(set) var depth = 0
    /// Inside a string, whose brackets and commas mean nothing.
    private(set) var isInString = false
    private var isEscaped = false

    /// Outside of every bracket and string: what was consumed so far is whole.
    var isAtTop: Bool { depth == 0 && !isInString }

    /// Takes the next byte of the text.
    mutating func consume(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth = max(0, depth - 1)
        default: break
        }
    }
}

extension UInt8 {
    /// White space between JSON tokens (RFC 8259, section 2).
    var isJSONWhitespace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
