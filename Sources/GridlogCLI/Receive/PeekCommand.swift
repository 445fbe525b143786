import CommandOutput
import ArgumentParser
import Gridlog

/// `gridlog peek`
struct PeekCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peek", abstract: "Look at events of an event subscription that are not settled; changes nothing.",
        discussion: """
            Examples:
              gridlog peek orders billing --state locked
              gridlog peek orders billing --state deadLettered
              gridlog peek orders billing --from 4711 --max 10 --json
            """)

    @Argument(help: "The topic's name.")
    var topic: String

    @Argument(help: "The event subscription's name.")
    var subscription: String

    @Option(help: ArgumentHelp("Only events that are \(Self.states).", valueName: "state"))
    var state: String?

    @Option(help: ArgumentHelp("The sequence to begin with.", valueName: "n"))
    var from: UInt64 = 1

    @Option(help: ArgumentHelp("The most events to show, 1 to 100.", valueName: "n"))
    var max = 100

    @OptionGroup var connection: ConnectionOptions

    private static let states = PeekedEvents.State.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")

    func validate() throws {
        try Checks.name("a topic", topic)
        try Checks.name("an event subscription", subscription)
        try Checks.range("--max", max, 1...EventSubscription.peekedEventsMax)
        if let state, PeekedEvents.State(rawValue: state) == nil {
            throw ValidationError("--state must be \(Self.states), not '\(state)'.")
        }
    }

    func run() async throws {
        try await connection.run { client, console in
            let peeked = try await client.peek(
                topic: topic, subscription: subscription, state: state, from: from, max: max)
            try console.show(peeked, as: Self.table(of: peeked))
        }
    }

    /// A row an event; the data comes last, where a terminal may cut it.
    static func table(of peeked: JSONText) -> Table {
        var table = Table(
            header: [
                "SEQUENCE", "STATE", "DELIVERIES", "PUBLISHED", "UNTIL", "ID", "TYPE", "SOURCE", "SUBJECT", "DATA",
            ])
        for element in peeked["value"]?.elements ?? [] {
            let properties = element["brokerProperties"]
            let event = element["event"]
            let standing = ["sequence", "state", "deliveryCount", "publishedAt", "until"].map {
                properties?[$0]?.display ?? ""
            }
            let attributes = ["id", "type", "source", "subject"].map { event?[$0]?.display ?? "" }
            table.add(standing + attributes + [(event?["data"] ?? event?["data_base64"])?.display ?? ""])
        }
        return table
    }
}
