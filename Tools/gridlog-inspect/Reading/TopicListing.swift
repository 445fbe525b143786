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
        var events = 0
        /// Of the file.
        let bytes: Int
        var frameBytes = 0
        var liveBytes = 0
        var damagedBytes = 0
        var firstTime: String?
        var lastTime: String?
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
        let log: LogInspection
        do throws(LogError) {
            log = try store.log(of: entry)
        } catch {
            problems.append(error.description)
            return
        }
        problems = log.faults.map(\.description)
        let state = LogState(log)
        let views = entry.subscriptions.compactMap { subscription -> SubscriptionView? in
            do {
                return try SubscriptionView(subscription, of: entry, in: store, state)
            } catch {
                problems.append((error as? Failure)?.message ?? "\(error)")
                return nil
            }
        }
        subscriptions = views.sorted { $0.entry.name < $1.entry.name }.map(Subscription.init)
        segments = log.segments.map { Segment($0, views, time) }
    }

    func show() {
        let events = segments.reduce(0) { $0 + $1.events }
        let bytes = segments.reduce(0) { $0 + $1.bytes }
        Output.line(
            "\(topic): \(events) events, \(SizeText.bytes(bytes)), \(durability), in \(directory)")
        for problem in problems { Output.line("  damaged: \(problem)") }
        var table = Table(header: ["SEGMENT", "STATE", "FROM", "EVENTS", "BYTES", "LIVE", "PACKED TO", "FIRST", "LAST"])
        for segment in segments {
            table.add([
                String(segment.id), segment.damagedBytes > 0 ? "\(segment.state), damaged" : segment.state,
                String(segment.firstSequence), String(segment.events), SizeText.bytes(segment.bytes),
                SizeText.share(segment.liveBytes, of: segment.frameBytes),
                segment.state == "packed" ? SizeText.share(segment.bytes, of: segment.frameBytes) : "-",
                segment.firstTime ?? "-", segment.lastTime ?? "-",
            ])
        }
        if !segments.isEmpty { Output.table(table) }
        guard !subscriptions.isEmpty else { return }
        var names = Table(
            header: [
                "SUBSCRIPTION", "MODE", "FLOOR", "CURSOR", "AVAILABLE", "LOCKED", "DELAYED", "DEAD", "NOT REACHED",
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
    /// Walks through the segment's frames. O(frames), and O(bytes) for their checksums.
    fileprivate init(_ segment: InspectedSegment, _ subscriptions: [SubscriptionView], _ time: TimeText) {
        id = segment.id
        file = segment.path
        state = segment.isPacked ? "packed" : segment.isReserve ? "reserve" : segment.isActive ? "active" : "sealed"
        firstSequence = segment.baseSequence
        bytes = segment.fileLength
        var scan = segment.scan()
        while let item = scan.next() {
            switch item {
            case .frame(let frame):
                frameBytes += frame.frameLength
                firstTime = firstTime ?? time(frame.appendTime)
                lastTime = time(frame.appendTime)
                guard frame.kind == .events else { continue }
                events += frame.recordCount
                let isLive =
                    subscriptions.isEmpty
                    || subscriptions.contains { subscription in
                        (frame.firstSequence..<frame.endSequence).contains { !subscription.isSettled($0) }
                    }
                if isLive { liveBytes += frame.frameLength }
            case .damage(let range):
                damagedBytes += range.length
                frameBytes += range.length
            }
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
