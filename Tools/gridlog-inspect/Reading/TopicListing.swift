import CommandOutput
import DeliveryIndex
import EventLog
import Gridlog

/// What `ls` shows of a topic.
struct TopicListing: Encodable {
    struct Segment: Encodable {
        let id: UInt64
        let file: String
        let state: String
        let firstSequence: UInt64
        let events: Int
        /// Of the file.
        let bytes: Int
        let frameBytes: Int
        let liveBytes: Int
        let damagedBytes: Int
        let isDamaged: Bool
        let firstTime: String?
        let lastTime: String?
        /// The same to the second, for people.
        let span: (first: String, last: String)?

        private enum CodingKeys: CodingKey {
            case id, file, state, firstSequence, events, bytes, frameBytes, liveBytes, damagedBytes, isDamaged
            case firstTime, lastTime
        }
    }

    /// What a walk finds in a segment.
    fileprivate struct Content {
        var events = 0
        var frameBytes = 0
        var liveBytes = 0
        var damagedBytes = 0
        var isDamaged = false
        /// In nanoseconds since 1970.
        var times: (first: UInt64, last: UInt64)?
    }

    struct Subscription: Encodable {
        let name: String
        let mode: String
        let floor: UInt64
        let cursor: UInt64
        let available: Int
        let locked: Int
        let delayed: Int
        let deadLetterPending: Int
        let notReached: Int
        /// Where its locks were read.
        let source: String
    }

    let topic: String
    let directory: String
    let durability: String
    private(set) var segments: [Segment] = []
    private(set) var subscriptions: [Subscription] = []
    private(set) var problems: [String] = []

    init(_ entry: Catalog.TopicEntry, in store: StoreInspection, _ time: TimeText) throws {
        topic = entry.name
        directory = store.directory(of: entry)
        durability = "\(entry.settings.durability)"
        let snapshot: TopicSnapshot
        var walk: TopicWalk
        do throws(LogError) {
            snapshot = try TopicSnapshot(entry, in: store)
            walk = try TopicWalk(store, entry, showsFaults: true)
        } catch {
            problems.append(error.description)
            return
        }
        problems = walk.log.faults.map(\.description)
        let views = entry.subscriptions.compactMap { subscription -> SubscriptionView? in
            do {
                return try snapshot.view(of: subscription)
            } catch {
                problems.append(error.sentence)
                return nil
            }
        }
        subscriptions = views.sorted { $0.entry.name < $1.entry.name }.map(Subscription.init)
        var found: [UInt64: Content] = [:]
        while let step = walk.next() { found[step.segment.id, default: Content()].add(step.item, views) }
        segments = walk.log.segments.map { Segment($0, found[$0.id] ?? Content(), time) }
    }

    /// Whether something of it cannot be read.
    var isDamaged: Bool { !problems.isEmpty || segments.contains(where: \.isDamaged) }

    func show() {
        let events = segments.reduce(0) { $0 + $1.events }
        let bytes = segments.reduce(0) { $0 + $1.bytes }
        Output.line(
            "\(topic): \(SizeText.count(events, "event")), \(SizeText.bytes(bytes)), \(durability), in \(directory)")
        for problem in problems { Output.line("  damaged: \(problem)") }
        var table = Table(header: [
            "SEGMENT", "STATE", "FROM", "EVENTS", "BYTES", "LIVE", "DEAD", "PACKED", "FIRST", "LAST",
        ])
        for segment in segments {
            table.add([
                String(segment.id), segment.isDamaged ? "\(segment.state), damaged" : segment.state,
                String(segment.firstSequence), String(segment.events), SizeText.bytes(segment.bytes),
                SizeText.bytes(segment.liveBytes),
                SizeText.bytes(max(0, segment.frameBytes - segment.liveBytes - segment.damagedBytes)),
                segment.state == "packed" ? SizeText.share(segment.bytes, of: segment.frameBytes) : "-",
                segment.span?.first ?? "-", segment.span?.last ?? "-",
            ])
        }
        if !segments.isEmpty { Output.table(table) }
        guard !subscriptions.isEmpty else { return }
        var names = Table(
            header: [
                "SUBSCRIPTION", "MODE", "FLOOR", "CURSOR", "AVAILABLE", "LOCKED", "DELAYED", "DEAD", "UNREACHED",
            ])
        for each in subscriptions {
            names.add([
                each.name, each.mode, String(each.floor), String(each.cursor), String(each.available),
                String(each.locked), String(each.delayed), String(each.deadLetterPending), String(each.notReached),
            ])
        }
        Output.table(names)
    }
}

extension TopicListing.Segment {
    fileprivate init(_ segment: InspectedSegment, _ content: TopicListing.Content, _ time: TimeText) {
        id = segment.id
        file = segment.path
        state = segment.isPacked ? "packed" : segment.isReserve ? "reserve" : segment.isActive ? "active" : "sealed"
        firstSequence = segment.baseSequence
        events = content.events
        bytes = segment.fileLength
        frameBytes = content.frameBytes
        liveBytes = content.liveBytes
        damagedBytes = content.damagedBytes
        isDamaged = content.isDamaged || segment.fault != nil
        firstTime = content.times.map { time($0.first) }
        lastTime = content.times.map { time($0.last) }
        span = content.times.map { (time.toTheSecond($0.first), time.toTheSecond($0.last)) }
    }
}

extension TopicListing.Content {
    fileprivate mutating func add(_ item: SegmentScan.Item, _ subscriptions: [SubscriptionView]) {
        switch item {
        case .frame(let frame):
            frameBytes += frame.frameLength
            times = (times?.first ?? frame.appendTime, frame.appendTime)
            guard frame.kind == .events else { return }
            events += frame.recordCount
            let isLive =
                subscriptions.isEmpty
                || subscriptions.contains { subscription in
                    (frame.firstSequence..<frame.endSequence).contains { !subscription.isSettled($0) }
                }
            if isLive { liveBytes += frame.frameLength }
        case .damage(let range):
            isDamaged = true
            damagedBytes += range.length
            frameBytes += range.length
        }
    }
}

extension TopicListing.Subscription {
    fileprivate init(_ view: SubscriptionView) {
        name = view.entry.name
        mode = view.entry.settings.push == nil ? "queue" : "push"
        floor = view.floor
        cursor = view.cursor
        available = view.available
        locked = view.locked
        delayed = view.delayed
        deadLetterPending = view.deadLetterPending
        notReached = view.notReached
        source = view.origin == .reused ? "index" : "log"
    }
}
