import ArgumentParser
import EventLog
import Foundation
import Gridlog

struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Show the last events of a topic, and with -f those that follow.",
        discussion: """
            A line for each event: topic, sequence, the time it was appended, and its JSON. With -f the files are looked at every \
            100 ms; Ctrl-C, or a reader that closed the pipe, ends it. What is given up before it was shown is said on standard error.

            Example: gridlog-inspect tail /var/lib/gridlog orders -n 100 -f
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The topic's name.")
    var topic: String

    @Flag(name: .shortAndLong, help: "Go on with what is published from now on.")
    var follow = false

    @Option(name: [.customShort("n"), .customLong("lines")], help: "How many events to begin with.")
    var lines = 10

    /// Between two looks at the files, in milliseconds.
    private static let pollMilliseconds: Int32 = 100

    func validate() throws {
        if lines < 0 { throw ValidationError("-n must be 0 or more.") }
    }

    func run() throws {
        let inspection = try store.open()
        let entry = try inspection.topics(named: topic)[0]
        do throws(LogError) {
            try run(inspection, entry)
        } catch {
            Output.flush()
            throw Failure(.damaged, "topic \(topic): \(error.description)")
        }
    }

    private func run(_ inspection: StoreInspection, _ entry: Catalog.TopicEntry) throws(LogError) {
        let log = try inspection.log(of: entry)
        var shown = EventTail(
            first: log.first(ofLast: UInt64(lines)), printer: EventPrinter(topic: topic, options: store))
        var walk = try TopicWalk(inspection, entry, from: .sequence(shown.next))
        for fault in walk.log.faults { shown.printer.complain(fault) }
        shown.show(&walk)
        while follow {
            Output.flush()
            if StandardOutput.isClosed(waiting: Self.pollMilliseconds) { return }
            if try walk.hasMore() { shown.show(&walk) }
        }
        if shown.printer.isDamaged {
            Output.flush()
            Output.end(.damaged)
        }
    }
}

/// Shows events in their order, and what is missing between them.
private struct EventTail {
    /// The sequence that comes next.
    private(set) var next: UInt64
    var printer: EventPrinter
    /// Damage that was said explains what is missing behind it.
    private var isBehindDamage = false

    init(first: UInt64, printer: EventPrinter) {
        next = first
        self.printer = printer
    }

    /// Shows everything that is written by now.
    mutating func show(_ walk: inout TopicWalk) {
        while let step = walk.next() {
            switch step.item {
            case .damage(let damage):
                // What lies before the first event to be shown is nobody's question.
                if let sequences = damage.error.sequences, sequences.upperBound < next { continue }
                isBehindDamage = true
                printer.complain(damage)
            case .frame(let frame):
                guard frame.kind == .events, frame.endSequence > next else { continue }
                if frame.firstSequence > next, !isBehindDamage {
                    Output.complain(
                        "topic \(printer.topic): sequences \(next) to \(frame.firstSequence - 1) are not there any more; "
                            + "their segments were given up")
                }
                isBehindDamage = false
                let start = Int(max(next, frame.firstSequence) - frame.firstSequence)
                for index in start..<frame.recordCount { printer.show(index, of: frame) }
                next = frame.endSequence
            }
        }
    }
}
