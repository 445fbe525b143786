public import ArgumentParser
import Gridlog
import GridlogServer

/// What `gridlog serve` takes. An option goes before its environment variable, and that before the default.
struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The data directory; made if it is not there. (default: GRIDLOG_DATA, or \(Self.defaultData))",
            valueName: "dir"))
    var data: String?

    @Option(
        help: ArgumentHelp("The name or address to listen on. (default: GRIDLOG_HOST, or 127.0.0.1)", valueName: "host")
    )
    var host: String?

    @Option(
        help: ArgumentHelp(
            "The port to listen on; 0 picks a free one. (default: GRIDLOG_PORT, or 6500)", valueName: "port"))
    var port: Int?

    @Option(
        help: ArgumentHelp(
            """
            The durability level of topics that name none: 'durable' answers after the disk has synced, 'written' \
            survives the process but not the power. (default: GRIDLOG_DURABILITY, or durable)
            """,
            valueName: "level"))
    var durability: Durability?

    @Flag(
        help: """
            Refuse requests without an access key; the keys are in keys.json of the data directory. Needed to listen \
            on an address that other machines reach. (default: GRIDLOG_REQUIRE_KEYS, or false)
            """)
    var requireKeys = false

    @Option(
        help: ArgumentHelp(
            """
            Let webhooks be at this address or in this range, such as 127.0.0.1 or 10.1.0.0/16, whatever it is; may be given \
            many times. (default: GRIDLOG_ALLOW_WEBHOOK_TO, with commas between, or public addresses only)
            """,
            valueName: "range"))
    var allowWebhookTo: [AddressRange] = []

    @Flag(
        help: """
            Let webhooks be in private networks: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and fc00::/7. (default: \
            GRIDLOG_ALLOW_PRIVATE_WEBHOOKS, or false)
            """)
    var allowPrivateWebhooks = false

    static let defaultData = "gridlog-data"

    /// The data directory, from the option or the environment.
    func dataDirectory(environment: [String: String]) -> String {
        data ?? Self.value("GRIDLOG_DATA", environment) ?? Self.defaultData
    }

    /// The server's configuration, from the options or the environment.
    /// - Throws: `ValidationError` naming the variable whose value cannot be used.
    func configuration(environment: [String: String]) throws -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.host = host ?? Self.value("GRIDLOG_HOST", environment) ?? configuration.host
        configuration.port = try port ?? Self.parsed("GRIDLOG_PORT", environment, Int.init) ?? configuration.port
        configuration.defaultDurability =
            try durability ?? Self.parsed("GRIDLOG_DURABILITY", environment, Durability.init(rawValue:))
            ?? configuration.defaultDurability
        configuration.requiresKeys =
            try requireKeys || Self.parsed("GRIDLOG_REQUIRE_KEYS", environment, Bool.init) ?? false
        configuration.webhookAddresses.allowed =
            try allowWebhookTo.isEmpty
            ? Self.parsed("GRIDLOG_ALLOW_WEBHOOK_TO", environment, AddressRange.all(in:)) ?? [] : allowWebhookTo
        configuration.webhookAddresses.allowsPrivate =
            try allowPrivateWebhooks || Self.parsed("GRIDLOG_ALLOW_PRIVATE_WEBHOOKS", environment, Bool.init) ?? false
        return configuration
    }

    private static func parsed<Value>(
        _ name: String, _ environment: [String: String], _ parse: (String) -> Value?
    ) throws -> Value? {
        guard let text = value(name, environment) else { return nil }
        guard let value = parse(text) else { throw ValidationError("\(name) cannot be '\(text)'.") }
        return value
    }

    /// A variable that is set and not empty.
    private static func value(_ name: String, _ environment: [String: String]) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Durability: ExpressibleByArgument {}
