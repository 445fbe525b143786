import DeliveryIndex
import EventLog
import Gridlog
import Storage

/// The index of one event subscription against a replay of the log.
struct IndexVerification {
    private let entry: Catalog.SubscriptionEntry
    private let snapshot: TopicSnapshot
    /// What the files say was acknowledged or rejected, and what they pass over as settled without saying why.
    private var answered: [Range<UInt64>] = []
    private var passedOver: [Range<UInt64>] = []
    private var origin: IndexOrigin?

    init(_ entry: Catalog.SubscriptionEntry, _ snapshot: TopicSnapshot) {
        self.entry = entry
        self.snapshot = snapshot
    }

    /// Compares them. O(window), and O(bytes of the log) when something in the files wants an explanation.
    mutating func findings() -> [Finding] {
        guard !snapshot.state.isPartial else { return [] }
        do {
            let view = try snapshot.view(of: entry)
            try readFiles(upTo: view.endOfTouched)
            var index = try snapshot.index(of: entry, usesFiles: false)
            try snapshot.state.replay(into: &index)
            index.finishRecovery()
            var findings = self.findings(index)
            findings += view.contradictions.map { finding(.damage, "the index contradicts itself: \($0)") }
            return findings + trust()
        } catch {
            let message = (error as? RecoveryFailure).map { "\($0)" } ?? (error as? Failure)?.message ?? "\(error)"
            return [
                finding(
                    .damage, "the state of the event subscription cannot be recovered: \(message)",
                    advice: Finding.repair)
            ]
        }
    }

    /// - Parameter end: behind it nothing is settled; the cursor may stand further back.
    private mutating func readFiles(upTo end: UInt64) throws(StorageError) {
        let index = try snapshot.index(of: entry, usesFiles: true)
        origin = index.origin
        guard index.origin == .reused else { return }
        for sequence in index.floor..<max(index.floor, index.cursor, end) where index.state(of: sequence) == .settled {
            switch index.settleReason(of: sequence) {
            case .acknowledged, .rejected: answered.add(sequence)
            // Without a record, when the time to live was over that was in force then.
            case .expired: continue
            case .filtered, nil: passedOver.add(sequence)
            }
        }
        if entry.start < index.floor { passedOver.insert(entry.start..<index.floor, at: 0) }
    }

    private func trust() -> [Finding] {
        guard case .rebuilt(.damaged) = origin else { return [] }
        return [
            finding(
                .warning, "the files of the index cannot be trusted",
                advice: "nothing: the next start rebuilds it from the log, and delivers again what was locked")
        ]
    }

    private func findings(_ index: borrowing SubscriptionIndex) -> [Finding] {
        var wrong: [Range<UInt64>] = []
        for range in answered {
            for sequence in range where index.state(of: sequence) != .settled { wrong.add(sequence) }
        }
        var unexplained: [Range<UInt64>] = []
        for range in passedOver {
            let first = min(max(range.lowerBound, index.floor), range.upperBound)
            let end = max(first, min(range.upperBound, snapshot.state.tail))
            for sequence in first..<end where index.state(of: sequence) != .settled {
                unexplained.add(sequence)
            }
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
