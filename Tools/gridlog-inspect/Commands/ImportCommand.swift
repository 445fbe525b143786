import ArgumentParser
import CloudEvents
import Gridlog

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Publish lines of CloudEvents JSON into a store.",
        discussion: """
            The store must not be served meanwhile. Lines are events, or what 'export --positions' wrote; then each goes to the \
            topic that it names. All events get new sequences and a new time of publishing. Each line is checked as a publish \
            request is; the first that is refused ends it, and the message says how many were imported before.

            Example: gridlog-inspect import /var/lib/gridlog orders.jsonl --topic orders
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The file to read; '-' reads standard input.")
    var file: String

    @Option(help: "Publish to this topic, whatever the lines say.")
    var topic: String?

    @Flag(help: "Make topics that the store does not have, and the store if there is none.")
    var create = false

    /// What a wrapper around an event may need.
    private static let wrapperBytesMax = 4_096

    /// What is printed at the end.
    private struct Summary: Encodable {
        let imported: Int
        let topics: [String: Int]
        let passedOver: Int
    }

    func run() throws {
        if !create { _ = try store.open() }
        var reader = try LineReader(file, lengthMax: EventLimits().eventBytesMax + Self.wrapperBytesMax)
        let directory = store.directory
        var importer = Importer(into: topic, createsTopics: create) { () throws(Failure) in
            do throws(GridlogError) {
                return try Broker.open(directory)
            } catch {
                throw Failure(error.code == .storageDamaged ? .damaged : .usage, error.message)
            }
        }
        defer { importer.close() }
        // One that is not there yet is made for the first event: without any, nothing is left behind.
        if !create || (try? StoreOptions.open(directory)) != nil { try importer.start() }
        let progress = Progress("imported")
        defer { progress.finish() }
        try read(&reader, into: &importer, progress)
        show(importer)
    }

    private func read(_ reader: inout LineReader, into importer: inout Importer, _ progress: Progress) throws {
        do throws(Failure) {
            while let line = try reader.next() {
                guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
                try importer.take(line, number: reader.number)
                progress.advance(line.count)
            }
            try importer.flush()
        } catch {
            // What was taken before the line was in order.
            var reason = error.message
            do throws(Failure) {
                try importer.flush()
            } catch {
                reason += "; and what came before it could not be published: \(error.message)"
            }
            if reason.hasSuffix(".") { reason.removeLast() }
            let line = importer.failedLine ?? max(1, reader.number)
            let count = importer.imported.values.reduce(0, +)
            throw Failure(
                error.status,
                "Line \(line) of '\(file)': \(reason). \(SizeText.count(count, "event")) \(count == 1 ? "was" : "were") imported before; correct it, and import from that line "
                    + "on ('tail -n +\(line)').")
        }
    }

    private func show(_ importer: Importer) {
        let summary = Summary(
            imported: importer.imported.values.reduce(0, +), topics: importer.imported,
            passedOver: importer.passedOver)
        if store.json, (try? Output.document(summary)) != nil { return }
        for (name, count) in importer.imported.sorted(by: { $0.key < $1.key }) {
            Output.line("\(name): \(SizeText.count(count, "event")) imported")
        }
        if summary.imported == 0 { Output.line("no events imported") }
        if summary.passedOver > 0 {
            Output.line(
                "\(SizeText.count(summary.passedOver, "event")) passed over: put back for one event subscription, and in the log "
                    + "a second time")
        }
    }
}
