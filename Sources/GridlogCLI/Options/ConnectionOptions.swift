import ArgumentParser
import Foundation

/// What every client verb takes: which server, with what key, and how to show its answer.
struct ConnectionOptions: ParsableArguments {
    static let defaultEndpoint = "http://127.0.0.1:6500"

    @Option(
        help: ArgumentHelp(
            "The server's URL; a path in it is kept. (default: GRIDLOG_ENDPOINT, or \(defaultEndpoint))",
            valueName: "url"))
    var endpoint: String?

    @Option(help: "An access key of the server. (default: GRIDLOG_KEY)")
    var key: String?

    @Flag(help: "Print the server's JSON document instead of a table.")
    var json = false

    @Option(help: ArgumentHelp("How long to wait for an answer; a receive waits longer by its --wait.", valueName: "s"))
    var timeout: Double = 30

    /// The longest `--timeout`, in seconds: a day.
    private static let longestTimeout = 86_400.0

    func validate() throws {
        guard timeout > 0, timeout <= Self.longestTimeout else {
            throw ValidationError("--timeout must be more than 0 and at most 86400 seconds.")
        }
        do {
            _ = try address(environment: [:])
        } catch {
            throw ValidationError(error.message)
        }
    }

    /// The server's address, from the option or the environment.
    func address(environment: [String: String]) throws(CommandFailure) -> BrokerAddress {
        try BrokerAddress(endpoint ?? Self.nonEmpty(environment["GRIDLOG_ENDPOINT"]) ?? Self.defaultEndpoint)
    }

    /// The key, from the option or the environment.
    func accessKey(environment: [String: String]) -> String? {
        Self.nonEmpty(key ?? environment["GRIDLOG_KEY"])
    }

    /// Runs a verb with a client. A failure is told on standard error and becomes the exit status.
    func run(_ verb: (BrokerClient, Console) async throws -> Void) async throws {
        let environment = ProcessInfo.processInfo.environment
        do {
            let address = try address(environment: environment)
            try await BrokerClient.with(
                address: address, key: accessKey(environment: environment), timeout: .seconds(timeout)
            ) { client in
                try await verb(client, Console(showsJSON: json))
            }
        } catch let failure as CommandFailure {
            Console.complain(failure.message)
            throw failure.status.exitCode
        }
    }

    private static func nonEmpty(_ text: String?) -> String? {
        text.flatMap { $0.isEmpty ? nil : $0 }
    }
}
