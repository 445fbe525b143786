import EventLog
import Foundation
import Gridlog

/// Everything that stands in a topic's log, in its order, while a server rolls, packs and gives up segments.
///
/// A file that is given up may be written over as the next segment. So what seems damaged is believed only if the manifest still names
/// that file; else the walk goes on behind it, in whatever holds now.
struct TopicWalk {
    struct Step {
        let segment: InspectedSegment
        let item: SegmentScan.Item
    }

    private let store: StoreInspection
    private let topic: Catalog.TopicEntry
    private(set) var log: LogInspection
    private let first: UInt64
    private let showsFaults: Bool
    private var position: Int
    private var scan: SegmentScan?
    /// Where the next step begins: a segment by its id, and the offset in it.
    private var place: (segment: UInt64, offset: Int) = (0, 0)
    /// When the manifests were written last, before the log was opened.
    private var written: [Date?]
    private var polls = 0

    /// - Parameters:
    ///   - place: begins in the segment that holds it.
    ///   - showsFaults: whether what is among the log's faults comes again in its place.
    init(
        _ store: StoreInspection, _ topic: Catalog.TopicEntry, from place: LogPosition? = nil,
        showsFaults: Bool = false
    ) throws(LogError) {
        self.store = store
        self.showsFaults = showsFaults
        self.topic = topic
        written = Self.written(in: store.directory(of: topic))
        log = try store.log(of: topic)
        (position, first) = log.start(at: place)
        enter()
    }

    /// What stands behind the last frame of the log, when the walk came to its end and that is torn.
    var torn: DamagedRange? { scan?.torn }

    private mutating func enter() {
        scan = nil
        if position < log.segments.count { place = (log.segments[position].id, 0) }
    }

    /// What stands next; `nil` at the end of what is written by now.
    mutating func next() -> Step? {
        while position < log.segments.count {
            let segment = log.segments[position]
            if scan == nil { scan = segment.scan(from: first) }
            switch scan?.next() {
            case .frame(let frame)?:
                guard frame.offsetInSegment >= place.offset else { continue }
                place.offset = frame.offsetInSegment + frame.frameLength
                let fault = FrameContent.countFault(in: frame)
                return Step(
                    segment: segment, item: fault.map { .damage(DamagedRange($0, of: frame)) } ?? .frame(frame))
            case .damage(let damage)?:
                guard damage.offset >= place.offset, !hasGone(segment) else { continue }
                place.offset = damage.offset + damage.length
                guard showsFaults || !log.faults.contains(damage.error) else { continue }
                return Step(segment: segment, item: .damage(damage))
            case nil:
                guard position < log.segments.count - 1 else { return nil }
                position += 1
                enter()
            }
        }
        return nil
    }

    // MARK: - What a server did meanwhile

    /// Whether a segment is not there any more as it was opened; then the walk goes on in what holds now.
    private mutating func hasGone(_ segment: InspectedSegment) -> Bool {
        guard !log.stillNames(segment, store.fileSystem), let fresh = try? store.log(of: topic) else { return false }
        move(to: fresh)
        return true
    }

    /// Goes on in a log that was opened later, at the same place or behind what was given up.
    private mutating func move(to fresh: LogInspection) {
        log = fresh
        scan = nil
        position = fresh.segments.firstIndex { $0.id >= place.segment } ?? fresh.segments.count
        if position < fresh.segments.count, fresh.segments[position].id > place.segment { enter() }
    }

    /// Whether there may be more after the end that ``next()`` found. Call it over and over: it looks at one frame header, and opens
    /// the log again only when a manifest was written.
    mutating func hasMore() throws(LogError) -> Bool {
        if scan?.goOn() ?? false { return true }
        polls += 1
        // The clock of files is coarse: two changes may bear one time.
        let isStuck = polls % 50 == 0 && scan?.end != .open
        let now = Self.written(in: log.directory)
        guard now != written || isStuck else { return false }
        let fresh = try store.log(of: topic)
        written = now
        let isThere = fresh.segments.contains {
            $0.id == place.segment && position < log.segments.count && $0.path == log.segments[position].path
        }
        if isThere, fresh.segments.last?.id == place.segment { return false }
        move(to: fresh)
        return position < fresh.segments.count
    }

    private static func written(in directory: String) -> [Date?] {
        ["MANIFEST-A", "MANIFEST-B"].map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")
            return attributes?[.modificationDate] as? Date
        }
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
