import ArgumentParser
import CommandOutput
import EventLog
import Gridlog

struct SubscriptionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscriptions", abstract: "Show event subscriptions: what waits, what is held, and until when.",
        discussion: """
            Locks are read from the files of the index, and only within the same boot of the machine; from the log alone what was \
            locked is available, and what the filter refused is not reached. --state and --older list events; what the \
            filter would refuse is not among them, though it counts as not reached.

            Example: gridlog-inspect subscriptions /var/lib/gridlog billing --state locked --older 5m
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "Only event subscriptions of this name.")
    var name: String?

    @Option(help: "Only this topic.")
    var topic: String?

    @Option(help: "List the events in this state.")
    var state: StateName?

    @Option(help: "List the events that were appended longer ago than this (90s, 5m, 2h, 3d).")
    var older: TimeLength?

    @Option(help: "How many events to list of each event subscription.")
    var limit = 100

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() throws {
        let inspection = try store.open()
        var documents: [SubscriptionDetail] = []
        var isDamaged = false
        func complain(_ message: String) {
            isDamaged = true
            Output.complain(message)
        }
        var isFound = false
        for topic in try inspection.topics(named: topic) {
            let entries = topic.subscriptions.filter { name == nil || $0.name == name }
            guard !entries.isEmpty else { continue }
            isFound = true
            do throws(LogError) {
                let snapshot = try TopicSnapshot(topic, in: inspection)
                for fault in snapshot.log.faults { complain("topic \(topic.name): \(fault.description)") }
                if snapshot.state.isPartial {
                    complain(
                        "topic \(topic.name): a checkpoint or settlements cannot be read; events may show that are settled"
                    )
                }
                for entry in entries.sorted(by: { $0.name < $1.name }) {
                    do {
                        let detail = try detail(entry, snapshot)
                        for each in detail.contradictions {
                            complain("event subscription \(topic.name)/\(entry.name): \(each)")
                        }
                        if store.json { documents.append(detail) } else { show(detail) }
                    } catch {
                        complain(error.sentence)
                    }
                }
            } catch {
                complain("topic \(topic.name): \(error.description)")
            }
        }
        if let name, !isFound { throw Failure(.usage, "There is no event subscription '\(name)' here.") }
        if store.json { try Output.document(documents) }
        if isDamaged { throw Failure(.damaged) }
    }

    private func detail(
        _ entry: Catalog.SubscriptionEntry, _ snapshot: TopicSnapshot
    ) throws -> SubscriptionDetail {
        let view = try snapshot.view(of: entry)
        var detail = SubscriptionDetail(view, of: snapshot.topic, in: snapshot.store, store)
        guard self.state != nil || older != nil else { return detail }
        var selection = WaitingSelection(view, of: snapshot.topic, snapshot.store)
        selection.state = self.state
        let now = SystemTime.wall
        selection.before = older.map { now - min(now, $0.nanoseconds) }
        detail.list(view, &selection, limit: limit, store.time)
        return detail
    }

    private func show(_ detail: SubscriptionDetail) {
        var counts = Table(header: ["SUBSCRIPTION", "MODE", "FLOOR", "CURSOR", "TAIL"] + StateName.headers)
        counts.add([
            "\(detail.topic)/\(detail.name)", detail.mode, String(detail.floor), String(detail.cursor),
            String(detail.tail), String(detail.available), String(detail.locked), String(detail.delayed),
            String(detail.deadLetterPending), String(detail.notReached),
        ])
        Output.table(counts)
        if let oldest = detail.oldest {
            Output.line("  oldest waiting: \(oldest.sequence), \(oldest.time ?? "cannot be read"), \(oldest.state)")
        }
        if !detail.settledRanges.isEmpty {
            var text = detail.settledRanges.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
                .joined(separator: ", ")
            if detail.moreSettledRanges > 0 { text += " and \(detail.moreSettledRanges) more" }
            Output.line("  settled above the floor: \(text)")
        }
        for next in detail.nextExpiries {
            Output.line("  next to expire: \(next.sequence), \(next.state) until \(next.until ?? "-")")
        }
        if detail.source == "log" { Output.line("  read from the log alone: locks are not known") }
        guard let events = detail.events else { return }
        var table = Table(header: ["SEQUENCE", "STATE", "DELIVERIES", "UNTIL", "APPENDED", "TYPE", "ID"])
        for event in events {
            table.add([
                String(event.sequence), event.state.rawValue, String(event.deliveryCount), event.until ?? "-",
                event.time ?? "-", event.type ?? "-", event.id ?? "-",
            ])
        }
        if !events.isEmpty { Output.table(table) }
        if detail.hasMoreEvents {
            Output.complain("\(detail.topic)/\(detail.name) has more such events than --limit \(limit)")
        }
    }
}

extension StateName {
    fileprivate static var headers: [String] { ["AVAILABLE", "LOCKED", "DELAYED", "DEAD", "UNREACHED"] }
}
