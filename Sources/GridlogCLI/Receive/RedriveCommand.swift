import ArgumentParser
import Gridlog

/// `gridlog redrive`
struct RedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive", abstract: "Put dead-lettered events back to their event subscription.",
        discussion: """
            The events come from where the event subscription dead-letters to, and are delivered as new ones, to this event \
            subscription only.

            Examples:
              gridlog redrive orders billing --all --dry-run
              gridlog redrive orders billing --all --until 2026-01-31T09:00:00Z
              gridlog redrive orders billing --id A-1 --id A-2
            """)

    @Argument(help: "The topic's name.")
    var topic: String

    @Argument(help: "The event subscription's name.")
    var subscription: String

    @Flag(help: "All of them.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "With --all: only those that were dead-lettered before this time, such as 2026-01-31T09:00:00Z.",
            valueName: "time"))
    var until: String?

    @Option(
        name: .customLong("id"), help: ArgumentHelp("The one with this id; may be given many times.", valueName: "id"))
    var ids: [String] = []

    @Flag(help: "Only count them.")
    var dryRun = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        try Checks.name("a topic", topic)
        try Checks.name("an event subscription", subscription)
        if all == !ids.isEmpty { throw ValidationError("Name either --all or --id.") }
        if until != nil && !all { throw ValidationError("--until needs --all.") }
        if ids.count > RedriveSelection.idsMax {
            throw ValidationError("--id may be given \(RedriveSelection.idsMax) times.")
        }
    }

    func run() async throws {
        try await connection.run { client, console in
            let found = try await client.redrive(
                topic: topic, subscription: subscription, selection: selection, dryRun: true)
            let isDone = dryRun || Self.count(of: found) == "0"
            if isDone || !console.showsJSON {
                try console.show(found, as: "\(Self.events(of: found)) to put back")
            }
            if isDone { return }
            let redriven = try await client.redrive(
                topic: topic, subscription: subscription, selection: selection, dryRun: false)
            try console.show(redriven, as: "\(Self.events(of: redriven)) put back to \(subscription)")
        }
    }

    /// The body of the request.
    var selection: JSONText {
        guard all else { return JSONText("{\"ids\":[\(ids.map(JSONText.quoting).joined(separator: ","))]}") }
        return JSONText("{\"all\":true\(until.map { ",\"until\":\(JSONText.quoting($0))" } ?? "")}")
    }

    private static func count(of answer: JSONText) -> String {
        answer["count"]?.display ?? "0"
    }

    /// How many events an answer speaks of, in words.
    static func events(of answer: JSONText) -> String {
        let count = count(of: answer)
        return count == "1" ? "1 event" : "\(count) events"
    }
}
