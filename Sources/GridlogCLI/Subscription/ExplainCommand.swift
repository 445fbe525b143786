import CommandOutput
import ArgumentParser

extension SubscriptionCommand {
    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show which filter lets an event through, or does not.",
            discussion: """
                Examples:
                  gridlog subscription explain orders billing --sequence 4711
                  gridlog subscription explain orders billing --event event.json
                """)

        @OptionGroup var target: Target

        @Option(help: ArgumentHelp("An event that was published, by its sequence in the topic.", valueName: "n"))
        var sequence: UInt64?

        @Option(help: ArgumentHelp("A file with one CloudEvent in JSON; '-' is standard input.", valueName: "file"))
        var event: String?

        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if (sequence == nil) == (event == nil) { throw ValidationError("Name either --sequence or --event.") }
        }

        func run() async throws {
            try await connection.run { client, console in
                let explanation = try await client.post(
                    path: ["topics", target.topic, "eventsubscriptions", target.name], verb: "explain",
                    contentType: "application/json", body: try body())
                try console.show(explanation, as: Self.table(of: explanation))
            }
        }

        private func body() throws(CommandFailure) -> [UInt8] {
            if let sequence { return Array("{\"sequence\":\(sequence)}".utf8) }
            let input = try event.map { name throws(CommandFailure) in
                name == "-" ? EventInput() : try EventInput(file: name)
            }
            var bytes: [UInt8] = []
            guard let input else { return bytes }
            while case let part = try input.read(), !part.isEmpty { bytes += part }
            return bytes
        }

        /// A row a filter, and what comes of all of them.
        static func table(of explanation: JSONText) -> Table {
            var table = Table(header: ["KEY", "OPERATOR", "VALUES", "FOUND", "MATCHED"])
            for condition in explanation["conditions"]?.elements ?? [] {
                table.add(
                    ["key", "operatorType", "values", "found", "matched"].map { condition[$0]?.display ?? "" })
            }
            table.add(["", "", "", "", explanation["matched"]?.display ?? ""])
            return table
        }
    }
}
