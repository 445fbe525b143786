import ArgumentParser
import Gridlog

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two stores by topic, sequence and state.",
        discussion: """
            Shows topics, events and event subscriptions that only one store has, events whose JSON differs, and events that are \
            settled in one and not in the other. Locks and delivery counts are not compared. The exit status is 1 when anything \
            differs.

            Example: gridlog-inspect diff /var/lib/gridlog /backup/gridlog-2026-01-31
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The data directory of the other store (B).")
    var other: String

    @Option(help: "Only this topic.")
    var topic: String?

    /// What is printed as JSON.
    private struct Document: Encodable {
        let a: String
        let b: String
        let same: Bool
        let topics: [TopicDifference]
    }

    func run() throws {
        let a = try store.open()
        let b = try StoreOptions.open(other)
        let names = Set((a.catalog.topics + b.catalog.topics).map(\.name)).filter { topic == nil || topic == $0 }
        if let topic, names.isEmpty { throw Failure(.usage, "Neither store has a topic '\(topic)'.") }
        var isSame = true
        var topics: [TopicDifference] = []
        for name in names.sorted() {
            let difference = try Self.compare(name, a, b)
            if !difference.isSame { isSame = false }
            if store.json { topics.append(difference) } else { difference.show() }
        }
        if store.json {
            try Output.document(Document(a: a.directory, b: b.directory, same: isSame, topics: topics))
        } else if names.isEmpty {
            Output.line("the same: neither store has topics")
        }
        if !isSame { throw Failure(.damaged) }
    }

    private static func compare(
        _ name: String, _ a: StoreInspection, _ b: StoreInspection
    ) throws -> TopicDifference {
        switch (a.topic(name), b.topic(name)) {
        case (let left?, let right?): TopicDifference(try DiffSide(left, of: a), try DiffSide(right, of: b))
        case (_?, nil): TopicDifference(name, onlyIn: "a")
        default: TopicDifference(name, onlyIn: "b")
        }
    }
}
