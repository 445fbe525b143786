import ArgumentParser
import CommandOutput
import EventLog
import Gridlog

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show the life of one event: what the log says of it, and how it stands.",
        discussion: """
            In the order of the log: when and where it was published, and every settlement that names it. A delivery is recorded \
            behind what is settled in the same group commit, so it may stand after the settlement that ended it, bears the time \
            of that group, and may be missing after a crash. Not recorded are \
            \(EventHistory.notRecorded.joined(separator: "; ")).

            "rejected or dropped" is one record: a receiver rejected the event, or released it at its last delivery, and the event \
            subscription keeps no dead letters.

            An event that is settled keeps its history only as long as its segments: of one whose segment was given up, the sequence \
            alone may be known.

            Example: gridlog-inspect history /var/lib/gridlog 1042 --topic orders
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The event's sequence.")
    var sequence: UInt64?

    @Option(help: "The event's id; there may be several events of one id.")
    var id: String?

    @Option(help: "The topic; needed when several hold that sequence.")
    var topic: String?

    func validate() throws {
        guard (sequence == nil) != (id == nil) else { throw ValidationError("Name a sequence, or --id.") }
    }

    func run() throws {
        let inspection = try store.open()
        let topics = try inspection.topics(named: topic)
        var isDamaged = false
        func complain(_ message: String) {
            isDamaged = true
            Output.complain(message)
        }
        var histories: [EventHistory] = []
        for topic in try sequence.map({ try holders(of: $0, topics, inspection) }) ?? topics {
            do throws(LogError) {
                let place = sequence.map { LogPosition.sequence($0) }
                var walk = try TopicWalk(inspection, topic, from: place, showsFaults: true)
                for fault in walk.log.faults { complain("topic \(topic.name): \(fault.description)") }
                var reading =
                    sequence.map { HistoryReading(topic, sequence: $0, store.time) }
                    ?? HistoryReading(topic, id: id ?? "", store.time)
                reading.run(&walk)
                for error in reading.damage where !walk.log.faults.contains(error) {
                    complain("topic \(topic.name): \(error.description)")
                }
                guard !reading.histories.isEmpty else { continue }
                if reading.hasMore {
                    Output.complain(
                        "topic \(topic.name): only the first \(HistoryReading.eventsMax) events of the id are shown")
                }
                let snapshot = try TopicSnapshot(topic, in: inspection)
                var found = reading.histories
                for entry in topic.subscriptions.sorted(by: { $0.name < $1.name }) {
                    do {
                        let view = try snapshot.view(of: entry)
                        let filter = SubscriptionFilter(entry, of: topic)
                        for position in found.indices {
                            let frame = reading.frames[found[position].sequence]
                            found[position].subscriptions.append(
                                found[position].standing(view, filter, frame, store.time))
                        }
                    } catch {
                        complain(error.sentence)
                    }
                }
                histories += found
            } catch {
                complain("topic \(topic.name): \(error.description)")
            }
        }
        try show(histories)
        if isDamaged { throw Failure(.damaged) }
    }

    /// The topics in which the sequence was given to an event; more than one must be told apart.
    private func holders(
        of sequence: UInt64, _ topics: [Catalog.TopicEntry], _ inspection: StoreInspection
    ) throws -> [Catalog.TopicEntry] {
        var holders: [Catalog.TopicEntry] = []
        for topic in topics {
            do throws(LogError) {
                let log = try inspection.log(of: topic)
                if sequence > 0, sequence < log.first(ofLast: 0) { holders.append(topic) }
            } catch {
                // It may be there.
                Output.complain("topic \(topic.name): \(error.description)")
                if self.topic != nil { throw Failure(.damaged) }
            }
        }
        guard !holders.isEmpty else {
            throw Failure(
                .damaged, "No event has the sequence \(sequence) yet\(topic.map { " in topic '\($0)'" } ?? "").")
        }
        guard holders.count == 1 else {
            let names = holders.prefix(20).map(\.name).joined(separator: ", ")
            throw Failure(.usage, "Several topics have a sequence \(sequence): \(names). Name one with --topic.")
        }
        return holders
    }

    private func show(_ histories: [EventHistory]) throws {
        guard !histories.isEmpty else { throw Failure(.damaged, "No event has the id '\(id ?? "")'.") }
        guard !store.json else { return try Output.document(histories) }
        for history in histories { history.show() }
    }
}

extension EventHistory {
    /// Prints it for people.
    fileprivate func show() {
        var title = Table(header: ["TOPIC", "SEQUENCE", "ID", "SOURCE", "TYPE"])
        title.add([topic, String(sequence), id ?? "-", source ?? "-", type ?? "-"])
        Output.table(title)
        if !isInLog { Output.line("  the event is not in the log any more, or cannot be read") }
        var lines = Table(header: ["TIME", "WHAT", "SUBSCRIPTION", "DELIVERY", "SEGMENT, OFFSET", "UNTIL"])
        for step in steps {
            var what = step.words
            if let addressee = step.addressee { what += " (only for \(addressee))" }
            lines.add([
                step.time, what, step.subscription ?? "-", step.deliveryCount.map(String.init) ?? "-",
                "\(step.segment), \(step.offset)", step.until ?? "-",
            ])
        }
        if !steps.isEmpty { Output.table(lines) }
        for each in lost { Output.line("  lost: \(each)") }
        var states = Table(header: ["SUBSCRIPTION", "NOW", "DELIVERIES", "UNTIL", "HOW"])
        for each in subscriptions {
            let reason = each.settledAs == "rejected" ? Settlements.Line.rejectedWords : each.settledAs
            states.add([
                each.subscription, each.state, String(each.deliveryCount), each.until ?? "-", reason ?? "-",
            ])
        }
        if !subscriptions.isEmpty { Output.table(states) }
    }
}
