import ArgumentParser
import EventLog
import Foundation
import Gridlog
import Storage

struct RepairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair", abstract: "Write what can be read into a new store, and list what is lost.",
        discussion: """
            The damaged store is not changed. Events keep their sequences and times; the new store's event subscriptions have what \
            the log says of them: what it cannot say any more is delivered again. Stop the server first.

            Without --skip-damaged nothing is written when an event would be lost. The exit status is 1 when something is lost.

            Example: gridlog-inspect repair /var/lib/gridlog --out /var/lib/gridlog-new --skip-damaged
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: "The directory of the new store; it must not exist, or be empty.")
    var out: String

    @Flag(help: "Go on past what cannot be read.")
    var skipDamaged = false

    func run() throws {
        let inspection = try store.open()
        let new = try NewStore(out, of: inspection.directory)
        let topics = try inspection.topics(named: nil)
        let progress = Progress("repairing", of: topics.reduce(0) { $0 + inspection.logBytes(of: $1) })
        var report = RepairReport(store: out)
        do {
            try new.make()
            for topic in topics { report.topics.append(try repair(topic, inspection, new, progress)) }
            if report.hasLosses, !skipDamaged { throw Failure(.damaged) }
            try new.finish(inspection.catalogBytes)
        } catch {
            progress.finish()
            new.remove()
            if (error as? Failure)?.message.isEmpty == true {
                show(report)
                throw Failure(
                    .damaged, "Nothing was written: with --skip-damaged the store is written without what is listed.")
            }
            guard let error = error as? StorageError else { throw error }
            throw Failure(.usage, "The new store cannot be written: \(error.description).")
        }
        progress.finish()
        show(report)
        if !store.json { Output.line("The new store is \(out): verify it, and serve it in place of the other.") }
        if report.hasLosses { throw Failure(.damaged) }
    }

    private func show(_ report: RepairReport) {
        if store.json { try? Output.document(report) } else { report.show() }
    }

    private func repair(
        _ topic: Catalog.TopicEntry, _ inspection: StoreInspection, _ new: NewStore, _ progress: Progress
    ) throws -> RepairReport.Topic {
        do {
            let log = try inspection.log(of: topic)
            guard let store = inspection.identity else {
                throw Failure(.damaged, "The catalog of '\(inspection.directory)' names no valid store identity.")
            }
            var salvage = LogSalvage(
                log, identity: LogIdentity(store: store, log: topic.id), to: try new.makeTopic(log.directory),
                new.fileSystem,
                random: { UInt64.random(in: .min ... .max) })
            try salvage.run(pause: { Thread.sleep(forTimeInterval: 0.02) }, progress: progress.advance)
            return RepairReport.Topic(topic.name, salvage, log.faults)
        } catch let error as LogError {
            throw Failure(.damaged, "topic \(topic.name): \(error.description)")
        } catch let error as StorageError {
            throw Failure(.damaged, "The new store cannot be written: \(error.description).")
        }
    }
}
