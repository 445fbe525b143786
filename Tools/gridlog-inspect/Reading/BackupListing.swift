import CommandOutput
import EventLog

/// What `backup` says of what it made.
struct BackupListing: Encodable {
    struct Topic: Encodable {
        let topic: String
        let segments: Int
        /// Of the files.
        let bytes: Int
        /// One past the last event that was copied.
        let endSequence: UInt64

        init(_ name: String, _ copy: LogCopy) {
            topic = name
            segments = copy.segmentCount
            bytes = copy.bytes
            endSequence = copy.endSequence
        }
    }

    let source: String
    let directory: String
    let topics: [Topic]

    func show() {
        let bytes = topics.reduce(0) { $0 + $1.bytes }
        Output.line(
            "\(directory): a copy of \(source), \(SizeText.count(topics.count, "topic")), \(SizeText.bytes(bytes))")
        guard !topics.isEmpty else { return }
        var table = Table(header: ["TOPIC", "SEGMENTS", "BYTES", "UP TO"])
        for topic in topics {
            table.add([
                topic.topic, String(topic.segments), SizeText.bytes(topic.bytes), String(topic.endSequence - 1),
            ])
        }
        Output.table(table)
    }
}
