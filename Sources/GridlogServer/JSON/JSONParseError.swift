/// Where and why a text is not JSON.
struct JSONParseError: Error, Equatable, CustomStringConvertible {
    /// The offset of the byte that cannot stand there, from 0.
    let offset: Int
    let reason: String

    var description: String { "the JSON is broken at byte \(offset): \(reason)" }
}
