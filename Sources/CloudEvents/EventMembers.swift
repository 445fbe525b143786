/// Walks over the members of an event that was scanned. In bytes that were not it ends early, and never traps.
struct EventMembers: ~Escapable {
    struct Member {
        /// The name's bytes between its quotes.
        var name: Range<Int>
        var nameHasEscapes: Bool
        /// The whole value, the quotes of a string included.
        var value: Range<Int>
    }

    private var cursor: JSONCursor

    @_lifetime(copy bytes)
    init(_ bytes: ByteReader) {
        cursor = JSONCursor(bytes)
        _ = cursor.nextSignificant()
    }

    var bytes: ByteReader {
        @_lifetime(copy self)
        get { cursor.bytes }
    }

    /// The next member in the order of the text.
    mutating func next() -> Member? {
        do throws(Fault) {
            // The opening brace, or the comma after the member before.
            cursor.position += 1
            guard cursor.nextSignificant() == ASCII.quote else { return nil }
            cursor.position += 1
            let nameStart = cursor.position
            let hasEscapes = try cursor.skipString()
            let name = nameStart..<cursor.position - 1
            try cursor.skipColon()
            _ = cursor.nextSignificant()
            let valueStart = cursor.position
            try cursor.skipValue(depthLeft: 64)
            let value = valueStart..<cursor.position
            _ = cursor.nextSignificant()
            return Member(name: name, nameHasEscapes: hasEscapes, value: value)
        } catch {
            return nil
        }
    }

    /// True if the value is `null`.
    func isNull(_ member: Member) -> Bool { bytes[member.value.lowerBound] == ASCII.n }

    /// The member's name as text.
    func name(_ member: Member) -> String { bytes.text(member.name, hasEscapes: member.nameHasEscapes) }

    /// The text of a value that is a string, nil for any other.
    func string(_ member: Member) -> String? {
        guard bytes[member.value.lowerBound] == ASCII.quote, member.value.count >= 2 else { return nil }
        return bytes.text(member.value.lowerBound + 1..<member.value.upperBound - 1, hasEscapes: true)
    }
}
