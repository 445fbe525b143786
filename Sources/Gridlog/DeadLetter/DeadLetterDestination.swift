/// Where events go that cannot be delivered.
public enum DeadLetterDestination: Sendable, Hashable, Codable {
    /// Files of JSON below a directory of the broker's machine, in `default/<topic>/<subscription>/<year>/<month>/<day>/<hour>`.
    case directory(path: String)
    /// Another topic of the same broker; it must exist.
    case topic(name: String)
}
