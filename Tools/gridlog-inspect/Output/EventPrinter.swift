import EventLog
import Gridlog

/// Prints events, one a line, and says what cannot be read.
struct EventPrinter {
    let topic: String
    let options: StoreOptions
    /// Whether anything could not be read.
    private(set) var isDamaged = false

    init(topic: String, options: StoreOptions) {
        self.topic = topic
        self.options = options
    }

    /// Prints an event of a frame by its position in it.
    mutating func show(_ index: Int, of frame: LogFrame) {
        let sequence = frame.firstSequence + UInt64(index)
        var event: [UInt8] = []
        guard FrameEvents(frame).appendLine(index, to: &event) else { return complain(index, of: frame) }
        if options.json {
            var line = JSONLine()
            line.add("topic", topic)
            line.add("sequence", sequence)
            line.add("time", options.time(frame.appendTime))
            if frame.addressee != 0 { line.add("addressee", frame.addressee) }
            line.add("event", json: event)
            Output.write(line.line)
        } else {
            Output.write(Array("\(topic) \(sequence) \(options.time(frame.appendTime)) ".utf8) + event + [0x0A])
        }
    }

    /// Says that an event cannot be read though its frame can.
    mutating func complain(_ index: Int, of frame: LogFrame) {
        isDamaged = true
        Output.complain(
            "topic \(topic): the record of event \(frame.firstSequence + UInt64(index)) cannot be read "
                + "(\(frame.location))")
    }

    /// Says what is damaged: where, and which sequences if that is known.
    mutating func complain(_ damage: DamagedRange) { complain(damage.error) }

    mutating func complain(_ error: LogError) {
        isDamaged = true
        Output.complain("topic \(topic): \(error.description)")
    }
}
