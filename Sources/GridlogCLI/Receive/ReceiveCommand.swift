import CommandOutput
import ArgumentParser
import Gridlog
import GridlogServer

/// `gridlog receive`
struct ReceiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive", abstract: "Receive events of an event subscription, each with a lock token.",
        discussion: """
            Each event is locked for this receiver until it is acknowledged, released or rejected, or its lock expires. \
            Without events the table is empty and the exit status 0.
            """)

    @Argument(help: "The topic's name.")
    var topic: String

    @Argument(help: "The event subscription's name.")
    var subscription: String

    @Option(help: ArgumentHelp("The most events to receive, 1 to 100.", valueName: "n"))
    var max = 1

    @Option(help: ArgumentHelp("Seconds to wait for an event when there is none, 0 to 120.", valueName: "s"))
    var wait = 0

    @Flag(help: "Acknowledge the events after they were printed.")
    var acknowledge = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        try Checks.name("a topic", topic)
        try Checks.name("an event subscription", subscription)
        try Checks.range("--max", max, 1...EventSubscription.receivedEventsMax)
        try Checks.range("--wait", wait, RequestLimits.waitSeconds)
    }

    func run() async throws {
        try await connection.run { client, console in
            let received = try await client.receive(topic: topic, subscription: subscription, max: max, wait: wait)
            try console.show(received, as: Self.table(of: received))
            if acknowledge { try await acknowledgeAll(in: received, client: client) }
        }
    }

    private func acknowledgeAll(in received: JSONText, client: BrokerClient) async throws {
        let tokens = Self.tokens(in: received)
        if tokens.isEmpty { return }
        let results = try await SettleResults.of(
            tokens: tokens, operation: .acknowledge, topic: topic, subscription: subscription, client: client)
        try results.requireSuccess(outcome: SettleOperation.acknowledge.outcome)
    }

    /// The lock tokens of the server's answer.
    static func tokens(in received: JSONText) -> [String] {
        (received["value"]?.elements ?? []).compactMap { $0["brokerProperties"]?["lockToken"]?.string }
    }

    /// A row an event; the data comes last, where a terminal may cut it.
    static func table(of received: JSONText) -> Table {
        var table = Table(header: ["TOKEN", "DELIVERY", "ID", "TYPE", "SOURCE", "SUBJECT", "TIME", "DATA"])
        for element in received["value"]?.elements ?? [] {
            let properties = element["brokerProperties"]
            let event = element["event"]
            let attributes = ["id", "type", "source", "subject", "time"].map { event?[$0]?.display ?? "" }
            let data = (event?["data"] ?? event?["data_base64"])?.display ?? ""
            let token = properties?["lockToken"]?.display ?? ""
            table.add([token, properties?["deliveryCount"]?.display ?? ""] + attributes + [data])
        }
        return table
    }
}
