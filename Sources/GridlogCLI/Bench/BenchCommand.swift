import ArgumentParser

/// `gridlog bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a running server: throughput, and how latency is distributed.",
        discussion: """
            Works on a new topic, which is deleted at the end, also on SIGINT; what it publishes lies on the server's disk \
            until then. Each connection has one request under way; every answer is checked. Latency is that of a request, \
            in a histogram with three significant digits. It ends when the time or the count is reached, and soon after \
            the server stops answering (--timeout), with what was measured until then and the exit status of the failure.
            """,
        subcommands: [Publish.self, Consume.self, Both.self])

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Publish.")

        @OptionGroup var options: BenchOptions
        @OptionGroup var connection: ConnectionOptions

        func validate() throws { _ = try options.plan(.publish) }

        func run() async throws { try await options.run(.publish, connection) }
    }

    struct Consume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Receive and acknowledge a backlog.",
            discussion: "The events are published first, which is not measured. It ends when none is left.")

        @OptionGroup var options: BenchOptions
        @OptionGroup var connection: ConnectionOptions

        func validate() throws { _ = try options.plan(.consume) }

        func run() async throws { try await options.run(.consume, connection) }
    }

    struct Both: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish, and receive and acknowledge at the same time.",
            discussion: "--rate is that of the publishers; receivers wait for events, which counts as their latency.")

        @OptionGroup var options: BenchOptions
        @OptionGroup var connection: ConnectionOptions

        func validate() throws { _ = try options.plan(.both) }

        func run() async throws { try await options.run(.both, connection) }
    }
}
