import ArgumentParser
import EventLog
import Gridlog

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write events as lines of CloudEvents JSON.",
        discussion: """
            Each line is an event as it is stored, but for line breaks between its parts, which become spaces. With --positions \
            each line also says topic, sequence and time of publishing; 'import' reads both. What cannot be read is passed over, \
            named, and the exit status is 1. Without --positions, events that were put back from dead letters for one event \
            subscription are left out: they are in the log twice.

            Example: gridlog-inspect export /var/lib/gridlog --topic orders --from 2h -o orders.jsonl
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var range: RangeOptions

    @Flag(help: "Wrap each event: {\"topic\":…,\"sequence\":…,\"publishedAt\":…,\"event\":{…}}.")
    var positions = false

    @Option(name: [.customShort("o"), .long], help: "The file to write, in place of standard output ('-').")
    var output: String?

    /// What is printed when the lines went to a file.
    private struct Summary: Encodable {
        let file: String
        var events = 0
        var unreadable = 0
    }

    func run() throws {
        let inspection = try store.open()
        let topics = try inspection.topics(named: range.topic)
        guard topics.count <= 1 || positions else {
            let names = topics.prefix(20).map(\.name).joined(separator: ", ")
            throw Failure(
                .usage,
                "The store has \(topics.count) topics (\(names)); choose one with --topic, or export all with --positions."
            )
        }
        let file = output == "-" ? nil : output
        let sink = try LineSink(file)
        var summary = Summary(file: file ?? "-")
        for topic in topics { try export(topic, of: inspection, to: sink, &summary) }
        try sink.finish()
        if file != nil {
            if store.json {
                try Output.document(summary)
            } else {
                Output.line("\(summary.file): \(SizeText.count(summary.events, "event"))")
            }
        }
        if summary.unreadable > 0 { throw Failure(.damaged) }
    }

    private func export(
        _ topic: Catalog.TopicEntry, of inspection: StoreInspection, to sink: LineSink, _ summary: inout Summary
    ) throws {
        let frames: TopicWalk
        do throws(LogError) {
            frames = try TopicWalk(inspection, topic, from: range.from)
        } catch {
            throw Failure(.damaged, "topic \(topic.name): \(error.description)")
        }
        var damages = frames.log.faults.filter(range.concerns).map(\.description)
        var walk = EventWalk(frames, in: range) { damages.append($0.error.description) }
        repeat {
            let event = walk.next()
            // In their order: what is damaged before the event was told first.
            for damage in damages { Output.complain("topic \(topic.name): \(damage)") }
            summary.unreadable += damages.count
            damages.removeAll()
            guard let event else { return }
            guard positions || event.frame.addressee == 0 else { continue }
            guard let json = event.json else {
                Output.complain("topic \(topic.name): the record of event \(event.sequence) cannot be read")
                summary.unreadable += 1
                continue
            }
            try sink.write(positions ? line(event, json, topic.name) : json + [0x0A])
            summary.events += 1
        } while true
    }

    private func line(_ event: EventWalk.Event, _ json: [UInt8], _ topic: String) -> [UInt8] {
        let time = event.frame.appendTime
        var line = JSONLine()
        line.add("topic", topic)
        line.add("sequence", event.sequence)
        line.add("publishedAt", store.time.exact(time))
        if event.frame.addressee != 0 { line.add("addressee", event.frame.addressee) }
        line.add("event", json: json)
        return line.line
    }
}
