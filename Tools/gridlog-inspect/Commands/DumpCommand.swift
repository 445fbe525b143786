import ArgumentParser
import EventLog
import Gridlog

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Show frames and events in the order of the log.",
        discussion: """
            Bytes that cannot be read are shown in their place, with the reason; the exit status is then 1. What stands torn behind \
            the last frame is shown, too: the next start cuts it off.

            Example: gridlog-inspect dump /var/lib/gridlog --topic orders --from 1000 --to 1010
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var range: RangeOptions

    @Option(help: "Only frames of this kind; repeatable.")
    var kind: [FrameKindName] = []

    @Flag(help: "Show frames without what is in them.")
    var headers = false

    @Flag(help: "Show the bytes of payloads, and more of what is damaged.")
    var hex = false

    func run() throws {
        let inspection = try store.open()
        var isDamaged = false
        for topic in try inspection.topics(named: range.topic) {
            do throws(LogError) {
                var walk = try TopicWalk(inspection, topic, from: range.from, showsFaults: true)
                for fault in walk.log.faults where range.concerns(fault) {
                    isDamaged = true
                    Output.complain("topic \(topic.name): \(fault.description)")
                }
                if dump(&walk, topic.name) { isDamaged = true }
            } catch {
                throw Failure(.damaged, "topic \(topic.name): \(error.description)")
            }
        }
        if isDamaged { throw Failure(.damaged) }
    }

    /// - Returns: whether anything was damaged.
    private func dump(_ walk: inout TopicWalk, _ topic: String) -> Bool {
        let dump = FrameDump(topic: topic, options: self)
        var isDamaged = false
        while let step = walk.next() {
            switch step.item {
            case .frame(let frame):
                if range.isPast(frame) { return isDamaged }
                if range.overlaps(frame), wants(frame.kind) { dump.show(frame) }
            case .damage(let damage):
                guard range.concerns(damage.error) else { continue }
                isDamaged = true
                dump.show(damage, in: step.segment)
            }
        }
        if let torn = walk.torn, let newest = walk.log.newest { dump.show(torn, in: newest, isTorn: true) }
        return isDamaged
    }

    private func wants(_ kind: FrameKind?) -> Bool {
        self.kind.isEmpty || self.kind.contains { $0.kind == kind }
    }
}

/// A kind of frame, by its name on the command line.
enum FrameKindName: String, ExpressibleByArgument, CaseIterable {
    case events, settlements, checkpoint, seal, filler

    var kind: FrameKind {
        switch self {
        case .events: .events
        case .settlements: .settlements
        case .checkpoint: .checkpoint
        case .seal: .seal
        case .filler: .filler
        }
    }

    static func name(of frame: LogFrame) -> String {
        allCases.first { $0.kind == frame.kind }?.rawValue ?? "kind \(frame.kindNumber)"
    }
}
