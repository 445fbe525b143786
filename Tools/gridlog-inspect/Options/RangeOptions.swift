import ArgumentParser
import EventLog

/// Which part of which topics.
struct RangeOptions: ParsableArguments {
    @Option(help: "Only this topic.")
    var topic: String?

    @Option(help: "Begin here: \(LogPosition.help).")
    var from: LogPosition?

    @Option(help: "End here, it included: \(LogPosition.help).")
    var to: LogPosition?

    /// Whether anything of a frame may be meant.
    func overlaps(_ frame: LogFrame) -> Bool {
        switch from {
        case .sequence(let first): if max(frame.endSequence, frame.firstSequence + 1) <= first { return false }
        case .time(let first): if frame.appendTime < first { return false }
        case nil: break
        }
        return !isPast(frame)
    }

    /// Whether the range ends before a frame.
    func isPast(_ frame: LogFrame) -> Bool {
        switch to {
        case .sequence(let last): frame.firstSequence > last
        case .time(let last): frame.appendTime > last
        case nil: false
        }
    }

    /// Whether what is damaged may be meant: where its sequences are not known it may.
    func concerns(_ error: LogError) -> Bool {
        guard let sequences = error.sequences else { return true }
        if case .sequence(let first) = from, sequences.upperBound < first { return false }
        if case .sequence(let last) = to, sequences.lowerBound > last { return false }
        return true
    }

    /// The events of a frame that are meant, by their position in it.
    func indices(in frame: LogFrame) -> Range<Int> {
        var sequences = frame.firstSequence..<frame.endSequence
        if case .sequence(let first) = from {
            sequences = sequences.clamped(to: min(first, frame.endSequence)..<frame.endSequence)
        }
        if case .sequence(let last) = to, last < .max, last + 1 < sequences.upperBound {
            sequences = sequences.lowerBound..<max(sequences.lowerBound, last + 1)
        }
        return Int(sequences.lowerBound - frame.firstSequence)..<Int(sequences.upperBound - frame.firstSequence)
    }
}
