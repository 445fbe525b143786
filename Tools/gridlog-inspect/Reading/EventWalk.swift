import EventLog
import Gridlog

/// The events of a topic one after the other, in the order of their sequences.
struct EventWalk {
    /// One event, in its frame.
    struct Event {
        let sequence: UInt64
        let index: Int
        let events: FrameEvents

        var frame: LogFrame { events.frame }

        /// Its JSON on one line; `nil` when its record cannot be read.
        var json: [UInt8]? {
            var json: [UInt8] = []
            return events.appendLine(index, to: &json) ? json : nil
        }
    }

    private var walk: TopicWalk
    private let range: RangeOptions?
    private var events: FrameEvents?
    private var indices = 0..<0
    /// What could not be read is told here, in its place.
    private let onDamage: (DamagedRange) -> Void

    /// - Parameters:
    ///   - walk: that begins where the range does.
    ///   - range: which events; `nil` for all.
    init(_ walk: TopicWalk, in range: RangeOptions? = nil, onDamage: @escaping (DamagedRange) -> Void) {
        self.walk = walk
        self.range = range
        self.onDamage = onDamage
    }

    mutating func next() -> Event? {
        while indices.isEmpty {
            guard let step = walk.next() else { return nil }
            switch step.item {
            case .frame(let frame):
                if range?.isPast(frame) == true { return nil }
                guard frame.kind == .events, range?.overlaps(frame) != false else { continue }
                events = FrameEvents(frame)
                indices = range?.indices(in: frame) ?? 0..<frame.recordCount
            case .damage(let damage): if range?.concerns(damage.error) != false { onDamage(damage) }
            }
        }
        guard let events, let index = indices.first else { return nil }
        indices.removeFirst()
        return Event(sequence: events.frame.firstSequence + UInt64(index), index: index, events: events)
    }
}
