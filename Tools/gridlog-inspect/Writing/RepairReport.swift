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
        let firstSequence: UInt64?
        let lastSequence: UInt64?

        init(_ range: DamagedRange) {
            file = range.error.file
            offset = range.offset
            length = range.length
            reason = range.error.message
            isMended = range.isMended
            firstSequence = range.error.sequences?.lowerBound
            lastSequence = range.error.sequences?.upperBound
        }
    }

    struct Topic: Encodable {
        let topic: String
        private(set) var events = 0
        private(set) var damages: [Damage] = []
        /// The first and the last sequence of each stretch of events that is gone.
        private(set) var lostSequences: [[UInt64]] = []
        /// The first of the events that are gone at the end, when nobody can say how many there were.
        private(set) var lostFrom: UInt64?
        /// What stood behind the last frame, and is not in the new store: it was cut off before it was answered, or damaged since.
        private(set) var torn: Damage?
        /// What was wrong between files, or why nothing of the log can be read.
        let faults: [String]
        /// Nothing of the topic's log could be read: the topic begins anew.
        let isLost: Bool

        init(_ name: String, _ salvage: LogSalvage, _ faults: [LogError]) {
            topic = name
            events = salvage.eventCount
            damages = salvage.damages.map(Damage.init)
            lostSequences = salvage.lost.map { [$0.lowerBound, $0.upperBound - 1] }
            lostFrom = salvage.lostFrom
            torn = salvage.torn.map(Damage.init)
            self.faults = faults.filter { fault in !salvage.damages.contains { $0.error == fault } }.map(\.description)
            isLost = false
        }

        /// One of which nothing can be read.
        init(_ name: String, lostBecause error: LogError) {
            topic = name
            faults = [error.description]
            isLost = true
        }

        /// Whether something could not be read: events, or what happened to them.
        var hasLosses: Bool {
            isLost || lostFrom != nil || !lostSequences.isEmpty || damages.contains { !$0.isMended }
        }
    }

    /// The directory of the new store.
    let store: String
    var topics: [Topic] = []

    var hasLosses: Bool { topics.contains(where: \.hasLosses) }

    func show() {
        for topic in topics {
            func say(_ text: String) { Output.line("topic \(topic.topic): \(text)") }
            for fault in topic.faults { say(fault) }
            for damage in topic.damages { say("\(Self.text(damage)): \(damage.reason)") }
            for lost in topic.lostSequences { say("lost events \(lost[0]) to \(lost[1])") }
            if let first = topic.lostFrom { say("lost the events from \(first) on; how many is not known") }
            if let torn = topic.torn {
                var text = "left out \(torn.length) bytes at \(torn.offset) of \(torn.file): \(torn.reason)"
                if let first = torn.firstSequence, let last = torn.lastSequence {
                    text += "; events \(first) to \(last) may have been answered"
                }
                say(text)
            }
            say(topic.isLost ? "lost as a whole; it begins anew" : SizeText.count(topic.events, "event"))
        }
    }

    private static func text(_ damage: Damage) -> String {
        if damage.isMended { return "mended what stands at \(damage.offset) of \(damage.file)" }
        guard damage.length > 0 else { return "lost what was in \(damage.file)" }
        return "lost \(SizeText.count(damage.length, "byte")) at \(damage.offset) of \(damage.file)"
    }
}
