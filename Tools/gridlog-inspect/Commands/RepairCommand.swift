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

            Without --skip-damaged nothing is written when something would be lost. With it a topic of which nothing can be read \
            begins anew, and where the end of a log is lost its numbers go on so far ahead that none is given twice. The exit status is \
            1 when something is lost.

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
        if topics.contains(where: { TopicActivity.isRecent($0, in: inspection, since: Date()) }) {
            Output.complain("the store was written to a moment ago; what a server writes meanwhile may be missing")
        }
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

    /// - Throws: ``Failure`` when a newer version wrote something of the topic; what it is worth this one cannot tell.
    private func repair(
        _ topic: Catalog.TopicEntry, _ inspection: StoreInspection, _ new: NewStore, _ progress: Progress
    ) throws -> RepairReport.Topic {
        guard let store = inspection.identity else {
            throw Failure(.damaged, "The catalog of '\(inspection.directory)' names no valid store identity.")
        }
        let identity = LogIdentity(store: store, log: topic.id)
        let seenEnd = inspection.seenEnd(of: topic)
        do {
            let directory = try new.makeTopic(inspection.directory(of: topic))
            let snapshot: TopicSnapshot
            do throws(LogError) {
                snapshot = try TopicSnapshot(topic, in: inspection)
                if let error = snapshot.logIsGone { throw error }
            } catch {
                // Of another log, or of a newer version: nothing in it can be believed.
                if error.code == .incompatible { throw Self.newer(topic, error) }
                var rewriter = LogRewriter(directory, identity: identity, new.fileSystem, random: Self.random)
                try rewriter.beginSegment(id: 1, at: seenEnd, bytes: 0)
                try rewriter.finish()
                return RepairReport.Topic(topic.name, lostBecause: error)
            }
            var salvage = LogSalvage(
                snapshot.log, identity: identity, to: directory, new.fileSystem, numbersMin: seenEnd,
                random: Self.random, fault: FrameContent.fault)
            try salvage.run(pause: { Thread.sleep(forTimeInterval: 0.02) }, progress: progress.advance)
            let errors = snapshot.log.faults + salvage.damages.map(\.error)
            if let error = errors.first(where: { $0.code == .incompatible }) { throw Self.newer(topic, error) }
            return RepairReport.Topic(topic.name, salvage, snapshot.log.faults)
        } catch let error as StorageError {
            throw Failure(.damaged, "The new store cannot be written: \(error.description).")
        }
    }

    private static func random() -> UInt64 { .random(in: .min ... .max) }

    private static func newer(_ topic: Catalog.TopicEntry, _ error: LogError) -> Failure {
        Failure(.usage, "topic \(topic.name): \(error.description): nothing was written; \(Finding.newer).")
    }
}
