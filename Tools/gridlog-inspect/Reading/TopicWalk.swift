import EventLog
import Foundation

/// Everything that stands in a topic's log, in its order.
struct TopicWalk {
    struct Step {
        let segment: InspectedSegment
        let item: SegmentScan.Item
    }

    private let log: LogInspection
    private let first: UInt64
    private var position: Int
    private var scan: SegmentScan?
    /// How the last segment that was walked through ended.
    private(set) var end: SegmentEnd?

    /// - Parameter place: begins in the segment that holds it.
    init(_ log: LogInspection, from place: LogPosition? = nil) {
        self.log = log
        (position, first) = log.start(at: place)
    }

    /// The sequence of the event that comes next, as far as is known.
    var nextSequence: UInt64 { scan?.nextSequence ?? log.firstSequence }

    mutating func next() -> Step? {
        while position < log.segments.count {
            let segment = log.segments[position]
            if scan == nil { scan = segment.scan(from: first) }
            if let item = scan?.next() { return Step(segment: segment, item: item) }
            end = scan?.end
            guard position < log.segments.count - 1 else { return nil }
            position += 1
            scan = nil
        }
        return nil
    }
}

extension InspectedSegment {
    /// A walk over it that waits a moment where a server may be writing.
    func scan(from sequence: UInt64 = 0) -> SegmentScan {
        SegmentScan(self, from: sequence) { Thread.sleep(forTimeInterval: 0.02) }
    }
}

extension LogInspection {
    /// The segment that a walk begins in, and the sequence it looks for there. O(segments) for a time, else O(log segments).
    func start(at place: LogPosition?) -> (position: Int, first: UInt64) {
        switch place {
        case .sequence(let sequence): (position(of: sequence), sequence)
        case .time(let time): (position(ofTime: time), 0)
        case nil: (0, 0)
        }
    }

    /// The last segment whose first frame was appended before a time.
    private func position(ofTime time: UInt64) -> Int {
        segments.lastIndex { segment in
            var scan = segment.scan()
            guard case .frame(let frame) = scan.next() else { return false }
            return frame.appendTime < time
        } ?? 0
    }
}
