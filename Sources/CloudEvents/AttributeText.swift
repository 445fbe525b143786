/// The text of an attribute, from the bytes that an `AttributePosition` points at.
public enum AttributeText {
    /// The text, with escapes resolved; O(length).
    /// - Parameter bytes: the bytes between the quotes of a JSON string that was scanned. Others give some text, with
    ///   U+FFFD for what cannot be read, and never trap.
    public static func decode(_ bytes: RawSpan, hasEscapes: Bool) -> String {
        ByteReader(bytes).text(0..<bytes.byteCount, hasEscapes: hasEscapes)
    }

    /// The text of an attribute of `event`, or nil if the event does not have it.
    /// - Parameter event: the event's bytes, from its `{` on.
    public static func decode(_ position: AttributePosition, in event: RawSpan) -> String? {
        guard position.isPresent else { return nil }
        return ByteReader(event).text(position.range, hasEscapes: position.hasEscapes)
    }

    /// Appends the text's UTF-8 bytes, with escapes resolved; O(length), and no allocation if there is room.
    public static func append(_ bytes: RawSpan, hasEscapes: Bool, to output: inout [UInt8]) {
        let reader = ByteReader(bytes)
        if hasEscapes {
            reader.appendUnescaped(0..<reader.count, to: &output)
        } else {
            reader.append(0..<reader.count, to: &output)
        }
    }

    /// True if the text is exactly `text`, byte for byte; O(length), without allocation if there are no escapes.
    public static func equals(_ bytes: RawSpan, hasEscapes: Bool, _ text: String) -> Bool {
        var text = text
        let reader = ByteReader(bytes)
        if hasEscapes { return reader.text(0..<reader.count, hasEscapes: true).utf8.elementsEqual(text.utf8) }
        return text.withUTF8 { utf8 in
            guard utf8.count == reader.count else { return false }
            for index in 0..<reader.count where unsafe utf8[index] != reader[index] { return false }
            return true
        }
    }
}
