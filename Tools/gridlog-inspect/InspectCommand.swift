import ArgumentParser
import Storage

/// The command `gridlog-inspect`: reads, proves, searches and repairs the files of a store with no server.
@main
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gridlog-inspect",
        abstract: "Reads, proves, searches and repairs the files of a Gridlog store, with no server.",
        discussion: """
            DIR is the directory that 'gridlog serve --data DIR' was given. Nothing in it is ever changed, but by 'import', and \
            a server may go on writing meanwhile.

            Exit statuses:
            0  sound, found, or done
            1  damaged, or a difference or nothing found
            2  wrong usage, or not a store
            """,
        version: "0.1.0",
        subcommands: [
            LsCommand.self, DumpCommand.self, VerifyCommand.self, StatsCommand.self, TailCommand.self,
            GrepCommand.self, SubscriptionsCommand.self, HistoryCommand.self, ExportCommand.self, ImportCommand.self,
            DiffCommand.self, RepairCommand.self, BackupCommand.self,
        ])

    static func main() {
        do {
            // Pages that the disk refuses are found damaged, and not the end of the process.
            try? UnreadablePages.showZeros()
            var command = try parseAsRoot()
            try command.run()
            Output.flush()
        } catch {
            exit(with: error)
        }
    }

    /// Ends the process with the statuses of contract decision 35, whatever ArgumentParser would take.
    private static func exit(with error: any Error) -> Never {
        Output.flush()
        if let failure = error as? Failure {
            if !failure.message.isEmpty { Output.complain(failure.message) }
            Output.end(failure.status)
        }
        let message = fullMessage(for: error)
        guard exitCode(for: error).isSuccess else {
            Output.complain(message, isWhole: true)
            Output.end(.usage)
        }
        Output.write(Array((message + "\n").utf8))
        Output.flush()
        Output.end(.sound)
    }
}
