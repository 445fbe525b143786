import ArgumentParser
import EventLog
import Gridlog

struct GrepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grep", abstract: "Find events by their attributes and their data.",
        discussion: """
            All conditions must hold. A line for each event: topic, sequence, the time it was appended, and its JSON. --data looks \
            into the JSON of each event and is slower than attributes, whose places are recorded. Times are those of appending.

            What cannot be read is said on standard error, and the exit status is then 1; so it is when nothing is found.

            Example: gridlog-inspect grep /var/lib/gridlog --type 'com.example.order.*' --since 2h --data customer.name=Zoë
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: "Only this topic.")
    var topic: String?

    @OptionGroup var conditions: QueryOptions

    @Option(help: "Only events appended then or later: a time (2026-01-31T12:00:00Z), or a time ago (90s, 5m, 2h, 3d).")
    var since: PointInTime?

    @Option(help: "Only events appended until then, it included.")
    var until: PointInTime?

    @Flag(help: "Print only how many there are, a line for each topic.")
    var count = false

    @Option(help: "End after so many events.")
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() throws {
        let inspection = try store.open()
        let query = conditions.query
        var left = limit ?? .max
        var isDamaged = false
        var found = 0
        for topic in try inspection.topics(named: topic) where left > 0 {
            var printer = EventPrinter(topic: topic.name, options: store)
            var walk: TopicWalk
            do throws(LogError) {
                walk = try TopicWalk(inspection, topic, from: since.map { .time($0.nanoseconds) })
            } catch {
                printer.complain(error)
                isDamaged = true
                continue
            }
            for fault in walk.log.faults { printer.complain(fault) }
            let here = search(&walk, query, limit: left, &printer)
            if printer.isDamaged { isDamaged = true }
            if count { show(here, topic.name) }
            found += here
            left -= here
        }
        if isDamaged || found == 0 { throw Failure(.damaged) }
    }

    /// - Returns: how many events were found.
    private func search(_ walk: inout TopicWalk, _ query: EventQuery, limit: Int, _ printer: inout EventPrinter) -> Int
    {
        var found = 0
        var scratch: [UInt8] = []
        while let step = walk.next() {
            switch step.item {
            case .damage(let damage): printer.complain(damage)
            case .frame(let frame):
                if let until, frame.appendTime > until.nanoseconds { return found }
                guard frame.kind == .events, since.map({ frame.appendTime >= $0.nanoseconds }) ?? true else { continue }
                var next = 0
                while let finding = query.first(in: frame, from: next, &scratch) {
                    switch finding {
                    case .unreadable(let index):
                        printer.complain(index, of: frame)
                        next = index + 1
                    case .event(let index):
                        if !count { printer.show(index, of: frame) }
                        next = index + 1
                        found += 1
                        if found == limit { return found }
                    }
                }
            }
        }
        return found
    }

    private func show(_ found: Int, _ topic: String) {
        guard store.json else { return Output.line("\(topic) \(found)") }
        var line = JSONLine()
        line.add("topic", topic)
        line.add("count", found)
        Output.write(line.line)
    }
}
