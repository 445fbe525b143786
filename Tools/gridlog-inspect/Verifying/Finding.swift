import EventLog

/// Something that `verify` found.
struct Finding: Encodable, Hashable {
    enum Severity: String, Encodable {
        /// Something that was answered is missing, or would be settled wrongly.
        case damage
        /// Written by a newer version: this one cannot tell.
        case newer
        /// Nothing is lost, but something is not as it should be.
        case warning
        /// What an operator may want to know.
        case note
    }

    let severity: Severity
    let topic: String?
    let file: String
    let offset: Int?
    /// The first and the last sequence that are concerned, where that is known.
    let firstSequence: UInt64?
    let lastSequence: UInt64?
    let message: String
    /// What to do.
    let advice: String

    init(
        _ severity: Severity, _ message: String, topic: String?, file: String, offset: Int? = nil,
        sequences: ClosedRange<UInt64>? = nil, advice: String
    ) {
        self.severity = severity
        self.topic = topic
        self.file = file
        self.offset = offset
        firstSequence = sequences?.lowerBound
        lastSequence = sequences?.upperBound
        self.message = message
        self.advice = advice
    }

    init(_ severity: Severity, _ error: LogError, topic: String?, advice: String = Self.repair) {
        let isNewer = error.code == .incompatible
        self.init(
            isNewer ? .newer : severity, error.message, topic: topic, file: error.file, offset: error.offset,
            sequences: error.sequences, advice: isNewer ? Self.newer : advice)
    }

    /// What to do about damage.
    static let repair =
        "put the file back from a backup, or let 'gridlog-inspect repair' write what can be read into a new store"

    /// What to do about what a newer version wrote, or what is of another store.
    static let newer =
        "leave it as it is: if a newer version wrote it, use the gridlog-inspect of that version; else put this log's own files back"

    /// Line by line for people.
    var text: String {
        var text = "\(severity.rawValue): \(topic.map { "topic \($0): " } ?? "")\(message) [\(file)"
        if let offset { text += ", offset \(offset)" }
        if let firstSequence, let lastSequence {
            text +=
                firstSequence == lastSequence
                ? ", sequence \(firstSequence)" : ", sequences \(firstSequence) to \(lastSequence)"
        }
        return text + "]\n  to do: \(advice)"
    }
}
