import CommandOutput
import DeliveryIndex
import EventLog
import Gridlog

/// What `stats` says of a topic.
struct TopicStats: Encodable {
    let topic: String
    private(set) var events = 0
    private(set) var frames = 0
    /// Of the events alone.
    private(set) var eventBytes = 0
    private(set) var types = ValueCounts()
    private(set) var sources = ValueCounts()
    private(set) var subjects = ValueCounts()
    private(set) var distributions = DistributionKind.allCases.map { Distribution($0) }
    private(set) var problems: [String] = []

    private enum CodingKeys: CodingKey {
        case topic, events, frames, eventBytes, types, sources, subjects, distributions, problems
    }

    /// First sequence, end, and append time of the newest frames, for latencies.
    private var appended: [(first: UInt64, end: UInt64, time: UInt64)] = []

    /// 24 MB at most; what was appended before is not asked for its latency.
    private static let appendedMax = 1_000_000

    /// Walks through the log. O(bytes).
    init(_ entry: Catalog.TopicEntry, of store: StoreInspection) throws {
        topic = entry.name
        var walk: TopicWalk
        do throws(LogError) {
            walk = try TopicWalk(store, entry)
        } catch {
            problems.append(error.description)
            return
        }
        let side = try DiffSide(entry, of: store)
        problems = side.problems
        let now = SystemTime.wall
        let names = side.names.sorted()
        let keys = ["type", "source", "subject"].compactMap { FrameEvents.Key($0) }
        guard keys.count == 3 else { return }
        while let step = walk.next() {
            switch step.item {
            case .frame(let frame) where frame.kind == .events: add(frame, side, names, now, keys)
            case .frame(let frame) where frame.kind == .settlements: addSettlements(frame)
            case .frame: break
            case .damage(let damage): if problems.count < 100 { problems.append(damage.error.description) }
            }
        }
        appended = []
    }

    subscript(_ kind: DistributionKind) -> Distribution? { distributions.first { $0.kind == kind } }

    private mutating func record(_ kind: DistributionKind, _ value: UInt64, count: UInt64 = 1) {
        guard let place = distributions.firstIndex(where: { $0.kind == kind }) else { return }
        distributions[place].record(value, count: count)
    }

    private mutating func add(
        _ frame: LogFrame, _ side: DiffSide, _ names: [String], _ now: UInt64, _ keys: [FrameEvents.Key]
    ) {
        frames += 1
        record(.frame, UInt64(frame.frameLength))
        appended.append((frame.firstSequence, frame.endSequence, frame.appendTime))
        if appended.count > Self.appendedMax { appended.removeFirst(Self.appendedMax / 2) }
        let content = FrameEvents(frame)
        for index in 0..<content.count {
            guard let range = content.range(index) else { continue }
            events += 1
            eventBytes += range.count
            record(.size, UInt64(range.count))
            types.add(content.text(of: keys[0], index) ?? "")
            sources.add(content.text(of: keys[1], index) ?? "")
            if let subject = content.text(of: keys[2], index) { subjects.add(subject) }
            let event = EventWalk.Event(
                sequence: frame.firstSequence + UInt64(index), index: index, events: content)
            let isWaiting = names.isEmpty || names.contains { side.isSettled(event, $0) == false }
            if isWaiting { record(.age, now - min(now, frame.appendTime)) }
        }
    }

    private mutating func addSettlements(_ frame: LogFrame) {
        for line in Settlements(frame).lines {
            switch line.run.operation {
            case .acknowledged, .rejected, .expired: break
            default: continue
            }
            let (end, isPastTheEnd) = line.run.first.addingReportingOverflow(UInt64(line.run.count))
            guard !isPastTheEnd else { continue }
            record(.deliveries, UInt64(line.run.deliveryCount), count: UInt64(line.run.count))
            // The first frame that ends past the run's start.
            var (low, high) = (0, appended.count)
            while low < high {
                let middle = (low + high) / 2
                if appended[middle].end <= line.run.first { low = middle + 1 } else { high = middle }
            }
            while low < appended.count, appended[low].first < end {
                let published = appended[low]
                let both = min(published.end, end) - max(published.first, line.run.first)
                record(.latency, frame.appendTime - min(frame.appendTime, published.time), count: both)
                low += 1
            }
        }
    }

    // MARK: - For people

    /// - Parameter kind: the distribution whose bars are shown.
    func show(_ kind: DistributionKind) {
        let share = frames > 0 ? Double(events) / Double(frames) : 0
        Output.line(
            "\(topic): \(SizeText.count(events, "event")), \(SizeText.bytes(eventBytes)), \((share * 10).rounded() / 10) events a frame"
        )
        for problem in problems { Output.line("  damaged: \(problem)") }
        var table = Table(header: ["DISTRIBUTION", "COUNT", "P50", "P90", "P99", "MAX"])
        for each in distributions {
            let shares = [each.percentile(50), each.percentile(90), each.percentile(99), each.max]
            let values = each.count == 0 ? [] : shares
            table.add([each.kind.rawValue, String(each.count)] + values.map(each.kind.text))
        }
        Output.table(table)
        showTop("TYPE", types)
        showTop("SOURCE", sources)
        showTop("SUBJECT", subjects)
        guard let chosen = self[kind] else { return }
        Output.line("\(kind.rawValue): \(kind.title)")
        let bars = chosen.bars
        let most = bars.map(\.count).max() ?? 1
        for bar in bars {
            let length = Int((Double(bar.count) / Double(Swift.max(1, most)) * 50).rounded(.up))
            let label = "from \(kind.text(bar.from))"
            let padding = String(repeating: " ", count: Swift.max(0, 16 - label.count))
            Output.line("  \(label)\(padding) \(String(repeating: "#", count: length)) \(bar.count)")
        }
    }

    private func showTop(_ name: String, _ counts: ValueCounts) {
        guard !counts.top.isEmpty else { return }
        var table = Table(header: ["EVENTS", name])
        for entry in counts.top { table.add([String(entry.count), entry.value]) }
        if counts.others > 0 { table.add([String(counts.others), "(others)"]) }
        Output.table(table, cutsLast: true)
    }
}
