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
        switch place {
        case .sequence(let sequence):
            first = sequence
            position = log.position(of: sequence)
        case .time(let time):
            first = 0
            position = Self.position(of: time, in: log)
        case nil:
            first = 0
            position = 0
        }
    }

    /// The last segment whose first frame was appended before a time. O(segments).
    private static func position(of time: UInt64, in log: LogInspection) -> Int {
        log.segments.indices.last { position in
            var scan = log.segments[position].scan()
            guard case .frame(let frame) = scan.next() else { return false }
            return frame.appendTime < time
        } ?? 0
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
