import EventLog
import Storage

/// What is wrong with the topic, or needs to be looked at.
extension TopicContext {
    /// Why the topic answers nothing, if it does not.
    var damage: GridlogError? { fence.withLock { $0 } }

    func checkDamage() throws(GridlogError) {
        if let damage { throw damage }
    }

    /// Nothing of the topic is answered any more, until the broker is opened again.
    func fence(_ error: GridlogError) {
        let isNews = fence.withLock { fence in
            defer { fence = fence ?? error }
            return fence == nil
        }
        if isNews { notify(.error, error.message) }
        wakeAllReceivers()
    }

    /// What needs to be looked at although the topic serves.
    var warnings: [String] {
        let lines = warningState.withLock { $0.lines(now: clock.bootTime) { log.sealedSegments.map(\.id) } }
        return (log.findings.shortened.map { ["\($0)"] } ?? []) + lines
    }

    /// The disk took long (R45).
    func noteSlowSync(nanoseconds: UInt64, bytes: Int) {
        let milliseconds = nanoseconds / 1_000_000
        let text = "A sync of \(bytes) bytes took \(milliseconds) ms; the disk is slow, and every answer waits for it."
        warningState.withLock { $0.noteSlowSync(text, at: clock.bootTime) }
        notify(.warning, text)
    }

    /// A sealed segment is damaged. Events outside of the damage are still delivered; the topic is fenced when one inside is
    /// needed.
    ///
    /// - Parameter segment: shown in ``warnings`` until that segment is given up; of the one that is written to, told once only.
    func noteDamage(_ error: LogError, segment: UInt64?) {
        let text =
            "\(error.description); nobody needed it yet. Restore the file from a copy; without one, let the retention end "
            + "its events, or delete the event subscriptions that wait for them."
        if warningState.withLock({ $0.noteDamage(text, segment: segment ?? 0) }) { notify(.warning, text) }
    }

    /// Says what was wrong with the end of the log.
    func tellFindings() {
        for finding in [log.findings.shortened, log.findings.cut] {
            if let finding { notify(.warning, finding.description) }
        }
    }

    func notify(_ severity: BrokerNotice.Severity, _ message: String) {
        onNotice(BrokerNotice(severity: severity, message: "Topic '\(name)': \(message)"))
    }
}
