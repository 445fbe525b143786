/// The attributes whose places the table of a frame notes, in its order (FORMAT.md section 1).
enum RecordedAttribute: Int, Sendable, CaseIterable {
    case id, source, type, subject, time

    /// Its name in the event.
    var name: String {
        switch self {
        case .id: "id"
        case .source: "source"
        case .type: "type"
        case .subject: "subject"
        case .time: "time"
        }
    }
}
