import EventLog

/// What `repair` says in the end.
struct RepairReport: Encodable {
    struct Damage: Encodable {
        let file: String
        let offset: Int
        let length: Int
        let reason: String
        /// What had been written is known, and is in the new store.
        let isMended: Bool
    }

    struct Topic: Encodable {
        let topic: String
        let events: Int
        let damages: [Damage]
        /// The first and the last sequence of each stretch of events that is gone.
        let lostSequences: [[UInt64]]
        /// What was wrong between files.
        let faults: [String]

        init(_ name: String, _ salvage: LogSalvage, _ faults: [LogError]) {
            topic = name
            events = salvage.eventCount
            damages = salvage.damages.map {
                Damage(
                    file: $0.error.file, offset: $0.offset, length: $0.length, reason: $0.error.message,
                    isMended: $0.isMended)
            }
            lostSequences = salvage.lost.map { [$0.lowerBound, $0.upperBound - 1] }
            self.faults = faults.filter { fault in !salvage.damages.contains { $0.error == fault } }.map(\.description)
        }
    }

    /// The directory of the new store.
    let store: String
    var topics: [Topic] = []

    /// Whether something could not be read: events, or what happened to them.
    var hasLosses: Bool {
        topics.contains { topic in topic.damages.contains { !$0.isMended } || !topic.lostSequences.isEmpty }
    }

    func show() {
        for topic in topics {
            for fault in topic.faults { Output.line("topic \(topic.topic): \(fault)") }
            for damage in topic.damages {
                Output.line("topic \(topic.topic): \(Self.text(damage)): \(damage.reason)")
            }
            for lost in topic.lostSequences {
                Output.line("topic \(topic.topic): lost events \(lost[0]) to \(lost[1])")
            }
            Output.line("topic \(topic.topic): \(topic.events) events")
        }
    }

    private static func text(_ damage: Damage) -> String {
        if damage.isMended { return "mended what stands at \(damage.offset) of \(damage.file)" }
        guard damage.length > 0 else { return "lost what was in \(damage.file)" }
        return "lost \(damage.length) bytes at \(damage.offset) of \(damage.file)"
    }
}
