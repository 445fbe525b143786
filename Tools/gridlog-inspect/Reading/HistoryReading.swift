import DeliveryIndex
import EventLog
import Gridlog

/// Gathers what a topic's log says of some events, in one walk.
struct HistoryReading {
    private let topic: Catalog.TopicEntry
    private let time: TimeText
    private(set) var histories: [EventHistory]
    /// The frames of the events, as far as they are there.
    private(set) var frames: [UInt64: LogFrame] = [:]
    /// What cannot be read.
    private(set) var damage: [LogError] = []
    private let query: EventQuery?
    private let firstWanted: UInt64
    private var previous: InspectedSegment?
    private var scratch: [UInt8] = []

    /// Whether there are more events of the id than are shown.
    private(set) var hasMore = false

    /// More events of one id are not shown.
    static let eventsMax = 20

    /// Of one event.
    init(_ topic: Catalog.TopicEntry, sequence: UInt64, _ time: TimeText) {
        self.topic = topic
        self.time = time
        histories = [EventHistory(topic: topic.name, sequence: sequence)]
        query = nil
        firstWanted = sequence
    }

    /// Of the events with an id; there may be several, from several sources.
    init(_ topic: Catalog.TopicEntry, id: String, _ time: TimeText) {
        self.topic = topic
        self.time = time
        histories = []
        query = FrameEvents.Key("id").map { EventQuery([($0, ValuePattern(exactly: id))]) }
        firstWanted = 1
    }

    /// Walks from the segment that holds the event to the end. O(bytes).
    mutating func run(_ walk: inout TopicWalk) {
        while let step = walk.next() {
            enter(step.segment)
            switch step.item {
            case .damage(let found): lose(found.error)
            case .frame(let frame) where frame.kind == .events: publish(frame)
            case .frame(let frame) where frame.kind == .settlements: settle(frame)
            case .frame: break
            }
        }
    }

    // MARK: - What stands in the log

    private mutating func publish(_ frame: LogFrame) {
        if let query {
            var next = 0
            while let finding = query.first(in: frame, from: next, &scratch) {
                switch finding {
                case .unreadable(let index): next = index + 1
                case .event(let index):
                    next = index + 1
                    guard histories.count < Self.eventsMax else {
                        hasMore = true
                        return
                    }
                    histories.append(
                        EventHistory(topic: topic.name, sequence: frame.firstSequence + UInt64(index)))
                    describe(histories.count - 1, in: frame)
                }
            }
        } else if (frame.firstSequence..<frame.endSequence).contains(firstWanted), !histories[0].isInLog {
            describe(0, in: frame)
        }
    }

    private mutating func describe(_ position: Int, in frame: LogFrame) {
        let sequence = histories[position].sequence
        let index = Int(sequence - frame.firstSequence)
        func text(_ name: String) -> String? {
            FrameEvents.Key(name).flatMap { FrameEvents(frame).text(of: $0, index) }
        }
        histories[position].id = text("id")
        histories[position].source = text("source")
        histories[position].type = text("type")
        histories[position].isInLog = true
        frames[sequence] = frame
        var step = step("published", frame)
        step.frameFirstSequence = frame.firstSequence
        step.frameEvents = frame.recordCount
        if frame.addressee == .max {
            step.addressee = "none: a note of the broker"
        } else if frame.addressee != 0 {
            step.addressee = name(of: frame.addressee)
        }
        histories[position].steps.append(step)
    }

    private mutating func settle(_ frame: LogFrame) {
        guard !histories.isEmpty else { return }
        let settlements = Settlements(frame)
        if let fault = settlements.fault {
            for position in histories.indices {
                histories[position].lost.append(
                    "settlements at \(frame.location) cannot be understood: \(fault.message)")
            }
        }
        for line in settlements.lines {
            for position in histories.indices
            where (line.run.first..<line.run.end).contains(histories[position].sequence) {
                var step = step(line.operation, frame)
                step.words = line.words
                step.subscription = name(of: line.subscription)
                step.deliveryCount = Int(line.run.deliveryCount)
                if line.run.until > 0, line.run.until <= .max / 1_000_000 {
                    step.until = time(line.run.until * 1_000_000)
                }
                histories[position].steps.append(step)
            }
        }
    }

    private func step(_ operation: String, _ frame: LogFrame) -> EventHistory.Step {
        EventHistory.Step(
            time: time(frame.appendTime), file: frame.path, segment: frame.segmentID, offset: frame.offsetInSegment,
            operation: operation, words: operation)
    }

    private func name(of subscription: UInt32) -> String {
        topic.subscriptions.first { $0.id == subscription }?.name ?? "deleted event subscription \(subscription)"
    }

    // MARK: - What does not stand there any more

    private mutating func enter(_ segment: InspectedSegment) {
        guard segment.id != previous?.id else { return }
        defer { previous = segment }
        guard let previous, segment.id > previous.id + 1 else { return }
        let ids = previous.id + 1..<segment.id
        let which =
            ids.count == 1
            ? "segment \(ids.lowerBound) was" : "segments \(ids.lowerBound) to \(ids.upperBound - 1) were"
        for position in histories.indices {
            histories[position].lost.append("\(which) given up, with what was said there of it")
        }
    }

    private mutating func lose(_ error: LogError) {
        damage.append(error)
        for position in histories.indices { histories[position].lost.append(error.description) }
    }
}
