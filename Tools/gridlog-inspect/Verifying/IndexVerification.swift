import DeliveryIndex
import EventLog
import Gridlog
import Storage

/// The index of one event subscription against a replay of the log.
///
/// Its files are read before the log, so that a server may go on meanwhile: what they say is settled, the log says too by then.
struct IndexVerification {
    private let entry: Catalog.SubscriptionEntry
    private let topic: Catalog.TopicEntry
    private let store: StoreInspection
    /// What the files say was acknowledged or rejected, and what they pass over as settled without saying why.
    private var answered: [Range<UInt64>] = []
    private var passedOver: [Range<UInt64>] = []
    private var origin: IndexOrigin?

    /// Reads the files. O(window).
    init(_ entry: Catalog.SubscriptionEntry, of topic: Catalog.TopicEntry, in store: StoreInspection) {
        self.entry = entry
        self.topic = topic
        self.store = store
        // The end of the log is not known yet, and need not be: nothing is replayed.
        guard let index = try? store.index(of: entry, in: topic, tail: 1 << 48 - 1, usesFiles: true) else { return }
        origin = index.origin
        guard index.origin == .reused else { return }
        for sequence in index.floor..<max(index.floor, index.cursor) where index.state(of: sequence) == .settled {
            switch index.settleReason(of: sequence) {
            case .acknowledged, .rejected: answered.add(sequence)
            // Without a record, when the time to live was over that was in force then.
            case .expired: continue
            case .filtered, nil: passedOver.add(sequence)
            }
        }
        if entry.start < index.floor { passedOver.insert(entry.start..<index.floor, at: 0) }
    }

    /// Compares them with the log.
    func findings(_ log: LogInspection, _ state: LogState) -> [Finding] {
        guard !state.isPartial else { return [] }
        do {
            var index = try store.index(of: entry, in: topic, tail: state.tail, usesFiles: false)
            try state.replay(into: &index)
            index.finishRecovery()
            var findings = self.findings(log, index, tail: state.tail)
            let view = try SubscriptionView(entry, of: topic, in: store, state)
            findings += view.contradictions.map { finding(.damage, "the index contradicts itself: \($0)") }
            return findings + trust()
        } catch {
            let message = (error as? RecoveryFailure).map { "\($0)" } ?? (error as? Failure)?.message ?? "\(error)"
            return [finding(.damage, "the state of the event subscription cannot be recovered: \(message)")]
        }
    }

    private func trust() -> [Finding] {
        guard case .rebuilt(.damaged) = origin else { return [] }
        return [
            finding(
                .warning, "the files of the index cannot be trusted",
                advice: "nothing: the next start rebuilds it from the log, and delivers again what was locked")
        ]
    }

    private func findings(_ log: LogInspection, _ index: borrowing SubscriptionIndex, tail: UInt64) -> [Finding] {
        var wrong: [Range<UInt64>] = []
        for range in answered {
            for sequence in range where index.state(of: sequence) != .settled { wrong.add(sequence) }
        }
        var unexplained: [Range<UInt64>] = []
        for range in passedOver {
            let first = min(max(range.lowerBound, index.floor), range.upperBound)
            for sequence in first..<max(first, min(range.upperBound, tail)) where index.state(of: sequence) != .settled
            {
                unexplained.add(sequence)
            }
        }
        wrong += Explanation(entry, of: topic, in: store).unexplained(unexplained, log)
        return wrong.map { range in
            finding(
                .damage, "the index counts events as settled that the log does not",
                range.lowerBound...range.upperBound - 1,
                advice:
                    "stop the server, remove the .slots files of this directory, and start it: they are delivered again"
            )
        }
    }

    private func finding(
        _ severity: Finding.Severity, _ message: String, _ sequences: ClosedRange<UInt64>? = nil,
        advice: String =
            "stop the server and remove the .slots files of this directory; the next start rebuilds the index"
    ) -> Finding {
        Finding(
            severity, "event subscription \(entry.name): \(message)", topic: topic.name,
            file: store.directory(of: entry, in: topic), sequences: sequences, advice: advice)
    }
}

extension [Range<UInt64>] {
    /// Adds a sequence that is greater than those before.
    mutating func add(_ sequence: UInt64) {
        if let last, last.upperBound == sequence {
            self[count - 1] = last.lowerBound..<sequence + 1
        } else {
            append(sequence..<sequence + 1)
        }
    }
}
