import ArgumentParser
import Foundation
import Gridlog

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Prove that a store is sound, or name everything that is not.",
        discussion: """
            Compares every frame with its checksums and its place in the chain, the manifests with the files, and each index \
            with a replay of the log. A server may go on writing meanwhile. With --deep the JSON of every event is validated again.

            The exit status is 0 for a sound store, 1 for a damaged one, 2 when only a newer version can tell.

            Example: gridlog-inspect verify /var/lib/gridlog --deep
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: "Only this topic.")
    var topic: String?

    @Flag(help: "Validate the JSON of every event again.")
    var deep = false

    func run() throws {
        let inspection = try StoreOptions.open(store.directory)
        var report = VerifyReport()
        report.findings = inspection.warnings.map {
            Finding(
                .warning, $0, topic: nil,
                advice: "nothing: the other one holds; if it happens again, look after the disk")
        }
        let topics = try inspection.topics(named: topic)
        let progress = Progress("verifying", of: topics.reduce(0) { $0 + inspection.logBytes(of: $1) })
        for topic in topics { try verify(topic.name, inspection, progress, &report) }
        progress.finish()
        if topic == nil { noteUnnamedTopics(inspection, &report) }
        if store.json { try Output.document(report) } else { report.show() }
        if report.isDamaged { throw Failure(.damaged) }
        if report.isNewer { throw Failure(.usage) }
    }

    private func noteUnnamedTopics(_ inspection: StoreInspection, _ report: inout VerifyReport) {
        report.findings += inspection.unnamedTopicDirectories.map { directory in
            Finding(
                .note, "the catalog names no topic with this directory", topic: nil, file: directory,
                advice:
                    "nothing, if its topic was deleted just now; else an older catalog may have been put back: look for a newer one"
            )
        }
    }

    /// A server that runs may give up, pack or make anything meanwhile: what is damaged is so a moment later, too.
    private func verify(
        _ name: String, _ inspection: StoreInspection, _ progress: Progress, _ report: inout VerifyReport
    ) throws {
        var inspection = inspection
        for attempt in 0..<Self.attemptsMax {
            guard let topic = inspection.topic(name) else { return }
            var verification = TopicVerification(topic, in: inspection, isDeep: deep)
            let start = Date()
            verification.run(progress.advance)
            let isDamaged = verification.findings.contains { $0.severity == .damage }
            let mayChange =
                attempt < Self.attemptsMax - 1 && TopicActivity.isRecent(topic, in: inspection, since: start)
            guard isDamaged, mayChange else { return report.add(verification) }
            Thread.sleep(forTimeInterval: 0.3)
            inspection = try StoreOptions.open(store.directory)
        }
    }

    private static let attemptsMax = 3
}
