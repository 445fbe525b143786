import ArgumentParser
import Foundation

/// The arguments of the verbs that take lock tokens, and how their outcome is told.
struct SettleArguments: ParsableArguments {
    @Argument(help: "The topic's name.")
    var topic: String

    @Argument(help: "The event subscription's name.")
    var subscription: String

    @Argument(help: "Lock tokens of a receive; '-' reads them from standard input, separated by white space.")
    var tokens: [String]

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        try Checks.name("a topic", topic)
        try Checks.name("an event subscription", subscription)
    }

    /// Settles every token and shows what became of each.
    ///
    /// - Throws: ``ExitStatus/failure`` when at least one token was not settled.
    func run(_ operation: SettleOperation) async throws {
        try await connection.run { client, console in
            let results = try await SettleResults.of(
                tokens: Self.expanded(tokens) { try Self.standardInput() }, operation: operation,
                topic: topic, subscription: subscription, client: client)
            try console.show(results.document, as: results.table(outcome: operation.outcome))
            try results.requireSuccess(outcome: operation.outcome)
        }
    }

    /// The tokens with `-` replaced by those of the input, which is read at most once.
    static func expanded(_ tokens: [String], input: () throws -> String) rethrows -> [String] {
        guard tokens.contains("-") else { return tokens }
        let read = try input().split(whereSeparator: \.isWhitespace).map(String.init)
        let position = tokens.firstIndex(of: "-") ?? 0
        return tokens[..<position] + read + tokens[position...].filter { $0 != "-" }
    }

    private static func standardInput() throws -> String {
        String(decoding: try FileHandle.standardInput.readToEnd() ?? Data(), as: UTF8.self)
    }
}
