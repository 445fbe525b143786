import ArgumentParser
import Gridlog

struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Show counts, frequent values, and distributions.",
        discussion: """
            Latency is known where the log still holds both the event and its settlement; age is of events that some event \
            subscription has not settled. What cannot be read is named, and the exit status is 1. Times in JSON are nanoseconds.

            Example: gridlog-inspect stats /var/lib/gridlog --topic orders --histogram latency --svg latency.svg
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: "Only this topic.")
    var topic: String?

    @Option(help: "The distribution to draw.")
    var histogram = DistributionKind.size

    @Option(help: "Draw the distribution into this file, of one topic.")
    var svg: String?

    func run() throws {
        let inspection = try store.open()
        let topics = try inspection.topics(named: topic)
        guard svg == nil || topics.count == 1 else {
            let names = topics.prefix(20).map(\.name).joined(separator: ", ")
            throw Failure(
                .usage, "The store has \(topics.count) topics (\(names)); choose the one to draw with --topic.")
        }
        let stats = try topics.map { try TopicStats($0, of: inspection) }
        if store.json { try Output.document(stats) } else { for each in stats { each.show(histogram) } }
        if let svg, let drawn = stats.first, let distribution = drawn[histogram] {
            let sink = try LineSink(svg)
            try sink.write(Array(DistributionPlot(title: drawn.topic, distribution: distribution).svg.utf8))
            try sink.finish()
        }
        if stats.contains(where: { !$0.problems.isEmpty }) { throw Failure(.damaged) }
    }
}
