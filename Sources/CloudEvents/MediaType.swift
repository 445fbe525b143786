/// What CloudEvents need to know of a media type (RFC 2045 section 5.1).
public enum MediaType {
    /// True if the data of an event with this media type is JSON: the subtype is `json` or ends in `+json`. Case and
    /// parameters do not matter.
    public static func isJSON(_ mediaType: String) -> Bool {
        let essence = mediaType.utf8.prefix { $0 != ASCII.semicolon }
        guard let slash = essence.firstIndex(of: ASCII.slash), slash != essence.startIndex else { return false }
        var subtype = essence[essence.index(after: slash)...].map { ASCII.lowercased($0) }
        while subtype.last == ASCII.space || subtype.last == ASCII.tab { subtype.removeLast() }
        return subtype == Array("json".utf8) || subtype.suffix(5) == Array("+json".utf8)
    }

    /// True if the text has the shape `type/subtype`, with whatever parameters after a semicolon.
    static func isValid(_ text: borrowing ByteReader) -> Bool {
        var index = 0
        guard skipToken(text, &index), text[index] == ASCII.slash else { return false }
        index += 1
        guard skipToken(text, &index) else { return false }
        while text[index] == ASCII.space { index += 1 }
        return index == text.count || text[index] == ASCII.semicolon
    }

    private static func skipToken(_ text: borrowing ByteReader, _ index: inout Int) -> Bool {
        let start = index
        while isTokenCharacter(text[index]) { index += 1 }
        return index > start
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
        switch byte {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: return true
        default: return false
        }
    }
}
