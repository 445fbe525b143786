/// An entry of a file of dead-lettered events, so that such a file can be published as it is.
enum DeadLetterEntry {
    private static let start = Array(#"{"deadLetterProperties""#.utf8)

    /// The event in an entry; what is no entry is an event itself. O(bytes).
    static func event(in object: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard object.starts(with: start) else { return object }
        return JSONText(object)["event"]?.bytes ?? object
    }
}
