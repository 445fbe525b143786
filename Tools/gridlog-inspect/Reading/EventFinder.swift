import EventLog
import Gridlog

/// Finds the frames of events by their sequences. Ascending ones cost one walk through the log.
struct EventFinder {
    private let store: StoreInspection
    private let topic: Catalog.TopicEntry
    private var walk: TopicWalk?
    private var frame: LogFrame?

    init(_ store: StoreInspection, _ topic: Catalog.TopicEntry) {
        self.store = store
        self.topic = topic
    }

    /// The frame that holds an event; `nil` when it cannot be read, or was given up.
    mutating func frame(of sequence: UInt64) -> LogFrame? {
        if let frame, (frame.firstSequence..<frame.endSequence).contains(sequence) { return frame }
        if walk == nil || (frame?.firstSequence ?? 0) > sequence || isFar(sequence) {
            walk = try? TopicWalk(store, topic, from: .sequence(sequence))
            frame = nil
        }
        while let step = walk?.next() {
            guard case .frame(let found) = step.item, found.kind == .events, found.endSequence > sequence else {
                continue
            }
            frame = found
            return found.firstSequence <= sequence ? found : nil
        }
        walk = nil
        return nil
    }

    /// Whether whole segments lie between, which need not be walked through.
    private func isFar(_ sequence: UInt64) -> Bool {
        guard let walk, let frame, let segment = walk.log.segments.first(where: { $0.id == frame.segmentID }) else {
            return false
        }
        let position = walk.log.position(of: sequence)
        return walk.log.segments[position].id > segment.id + 1
    }
}
