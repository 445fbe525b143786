import Foundation
import NIOCore

/// How far a benchmark is, on standard error, once a second: on a terminal one line that is written over, elsewhere a line
/// each time.
final class ProgressLine {
    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var last: (moment: NIODeadline, counts: LoadCounts)?
    private var isOpen = false

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    /// A line that stays.
    func announce(_ text: String) {
        end()
        last = nil
        if !isQuiet { Self.write(text + "\n") }
    }

    /// Closes the line that is written over.
    func end() {
        if isOpen { Self.write("\n") }
        isOpen = false
    }

    /// While what is received afterwards is published.
    func showBacklog(_ counts: LoadCounts, of events: Int, _ now: NIODeadline, _ window: LoadWindow) {
        update(counts, now, window) { counts, _, seconds in
            "publishing first, not measured: \(Figure.count(counts.published)) of \(Figure.count(events)) events, "
                + "\(Self.rate(counts.published, seconds)) events/s"
        }
    }

    /// While it is measured.
    func show(_ counts: LoadCounts, _ plan: BenchPlan, _ now: NIODeadline, _ window: LoadWindow) {
        update(counts, now, window) { change, elapsed, seconds in
            let into = elapsed - plan.warmup
            var text =
                into < 0
                ? "warm-up" : Figure.decimals(into, 0) + (plan.duration.map { " of \(Figure.seconds($0))" } ?? " s")
            if plan.kind.publishes { text += ", published \(Self.rate(change.published, seconds)) events/s" }
            if plan.kind.receives { text += ", acknowledged \(Self.rate(change.acknowledged, seconds)) events/s" }
            let done = plan.kind.receives ? counts.acknowledged : counts.published
            text += ", \(Figure.count(done))" + (plan.events.map { " of \(Figure.count($0))" } ?? " events")
            return text + (counts.refusals == 0 ? "" : ", \(Figure.count(counts.refusals)) refused")
        }
    }

    private func update(
        _ counts: LoadCounts, _ now: NIODeadline, _ window: LoadWindow,
        _ line: (_ change: LoadCounts, _ elapsed: Double, _ seconds: Double) -> String
    ) {
        let before = last ?? (window.begin, LoadCounts())
        let seconds = Double((now - before.moment).nanoseconds) / 1e9
        guard !isQuiet, seconds >= 1 else { return }
        last = (now, counts)
        var change = counts
        change.published -= before.counts.published
        change.acknowledged -= before.counts.acknowledged
        let text = line(change, Double((now - window.begin).nanoseconds) / 1e9, seconds)
        Self.write(isTerminal ? "\r\(text)\u{1B}[K" : text + "\n")
        isOpen = isTerminal
    }

    private static func rate(_ count: Int, _ seconds: Double) -> String { Figure.rate(Double(count) / seconds) }

    private static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
