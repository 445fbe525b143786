import ArgumentParser

/// The command `gridlog`: the server, and a client verb for every operation of a running one.
@main
struct GridlogCommand: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "gridlog",
        abstract: "An event broker that speaks the HTTP protocol of Azure Event Grid.",
        discussion: """
            Client verbs talk to the server at --endpoint, or at GRIDLOG_ENDPOINT, with the key of --key or GRIDLOG_KEY.

            Exit statuses:
            \(ExitStatus.allCases.map { "\($0.rawValue < 10 ? " " : "")\($0.rawValue)  \($0.meaning)" }.joined(separator: "\n"))
            """,
        version: version,
        subcommands: [ServeCommand.self, BenchCommand.self],
        groupedSubcommands: [
            CommandGroup(name: "Resources", subcommands: [TopicCommand.self, SubscriptionCommand.self]),
            CommandGroup(
                name: "Events",
                subcommands: [
                    PublishCommand.self, ReceiveCommand.self, PeekCommand.self, AcknowledgeCommand.self,
                    ReleaseCommand.self, RejectCommand.self, RenewLockCommand.self, RedriveCommand.self,
                ]),
        ])
}
