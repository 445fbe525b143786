import DeliveryIndex
import EventLog
import Gridlog
import Storage

/// The index of one event subscription against a replay of the log.
struct IndexVerification {
    private let entry: Catalog.SubscriptionEntry
    private let snapshot: TopicSnapshot

    /// What the files say is settled.
    private struct Settled {
        /// Because it was acknowledged or rejected.
        var answered: [Range<UInt64>] = []
        /// Without saying why, or because the filter refused it.
        var passedOver: [Range<UInt64>] = []
    }

    init(_ entry: Catalog.SubscriptionEntry, _ snapshot: TopicSnapshot) {
        self.entry = entry
        self.snapshot = snapshot
    }

    /// Compares them. O(window), and O(bytes of the log) when something in the files wants an explanation.
    func findings() -> [Finding] {
        guard !snapshot.state.isPartial else { return [] }
        do {
            let view = try snapshot.view(of: entry)
            var findings = contradictions(
                of: try settled(upTo: view.endOfTouched), to: try snapshot.view(of: entry, usesFiles: false))
            findings += view.contradictions.map { finding(.damage, "the index contradicts itself: \($0)") }
            return findings + trust(view.origin)
        } catch {
            return [
                finding(
                    .damage, "the state of the event subscription cannot be recovered: \(error.sentence)",
                    advice: Finding.repair)
            ]
        }
    }

    /// - Parameter end: behind it nothing is settled; the cursor may stand further back.
    private func settled(upTo end: UInt64) throws(StorageError) -> Settled {
        let index = try snapshot.index(of: entry, usesFiles: true)
        var settled = Settled()
        guard index.origin == .reused else { return settled }
        for sequence in index.floor..<max(index.floor, index.cursor, end) where index.state(of: sequence) == .settled {
            switch index.settleReason(of: sequence) {
            case .acknowledged, .rejected: settled.answered.add(sequence)
            // Without a record, when the time to live was over that was in force then.
            case .expired: continue
            case .filtered, nil: settled.passedOver.add(sequence)
            }
        }
        if entry.start < index.floor { settled.passedOver.insert(entry.start..<index.floor, at: 0) }
        return settled
    }

    private func trust(_ origin: IndexOrigin) -> [Finding] {
        guard origin == .rebuilt(.damaged) else { return [] }
        return [
            finding(
                .warning, "the files of the index cannot be trusted",
                advice: "nothing: the next start rebuilds it from the log, and delivers again what was locked")
        ]
    }

    /// - Parameter log: what the log alone says.
    private func contradictions(of settled: Settled, to log: SubscriptionView) -> [Finding] {
        var wrong: [Range<UInt64>] = []
        for range in settled.answered {
            for sequence in range where !log.isSettled(sequence) { wrong.add(sequence) }
        }
        var unexplained: [Range<UInt64>] = []
        for range in settled.passedOver {
            let first = min(max(range.lowerBound, log.floor), range.upperBound)
            let end = max(first, min(range.upperBound, log.tail))
            for sequence in first..<end where !log.isSettled(sequence) { unexplained.add(sequence) }
        }
        wrong += Explanation(entry, snapshot).unexplained(unexplained)
        return wrong.map { range in
            finding(
                .damage, "the index counts events as settled that the log does not",
                range.lowerBound...range.upperBound - 1,
                advice:
                    "stop the server, remove the .slots files of this directory, and start it: they are delivered again (where "
                    + "the retention or a time to live was made longer since, they may have been over before: then nothing)"
            )
        }
    }

    private func finding(
        _ severity: Finding.Severity, _ message: String, _ sequences: ClosedRange<UInt64>? = nil,
        advice: String =
            "stop the server and remove the .slots files of this directory; the next start rebuilds the index"
    ) -> Finding {
        Finding(
            severity, "event subscription \(entry.name): \(message)", topic: snapshot.topic.name,
            file: snapshot.store.directory(of: entry, in: snapshot.topic), sequences: sequences, advice: advice)
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
