import ArgumentParser
import Foundation
import Gridlog
import GridlogServer
import Logging

/// `gridlog serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server on a data directory.",
        discussion: """
            Prints one line, 'gridlog listening on http://HOST:PORT', on standard output when it is ready, and logs to \
            standard error. SIGTERM and SIGINT stop it: it stops accepting, answers what is under way, syncs, and ends \
            with status 0.
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let configuration = try options.configuration(environment: environment)
        let directory = options.dataDirectory(environment: environment)
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        OpenFileLimit.raise()
        do {
            try await Self.serve(directory, configuration)
        } catch let error as GridlogError {
            try Self.fail(error.message)
        } catch let error as StartFailure {
            try Self.fail(error.description)
        }
    }

    private static func serve(_ directory: String, _ configuration: ServerConfiguration) async throws {
        // First, because opening a directory makes a new store in it.
        try configuration.check()
        let logger = Logger(label: "gridlog")
        var options = BrokerOptions(defaultDurability: configuration.defaultDurability)
        options.survivesUnreadableFiles = true
        options.onNotice = { notice in
            logger.log(level: notice.severity == .error ? .error : .warning, "\(notice.message)")
        }
        let broker = try Broker.open(directory, options: options)
        let server: BrokerServer
        do {
            server = try BrokerServer(
                broker: broker, keys: AccessKeys.load(fromDirectory: directory), configuration: configuration,
                logger: logger, onListening: announce)
        } catch {
            broker.close()
            throw error
        }
        try await server.runUntilSignalled()
    }

    /// The one line on standard output, written at once: scripts wait for it.
    @Sendable
    private static func announce(_ host: String, _ port: Int) {
        let authority = host.contains(":") ? "[\(host)]" : host
        try? FileHandle.standardOutput.write(
            contentsOf: Data("gridlog listening on http://\(authority):\(port)\n".utf8))
    }

    private static func fail(_ message: String) throws -> Never {
        Console.complain(message)
        throw ExitStatus.failure.exitCode
    }
}
