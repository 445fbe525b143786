/// What is not well with a topic that serves.
struct TopicWarnings {
    /// How long a slow sync is shown, in nanoseconds.
    static let slowSyncShown: UInt64 = 60_000_000_000

    private var slowSync: (bootTime: UInt64, text: String)?
    /// By the id of the segment that is damaged.
    private var findings: [UInt64: String] = [:]

    mutating func noteSlowSync(_ text: String, at bootTime: UInt64) {
        slowSync = (bootTime, text)
    }

    /// - Returns: whether it is news.
    mutating func noteDamage(_ text: String, segment: UInt64) -> Bool {
        findings.updateValue(text, forKey: segment) == nil
    }

    /// What still holds, given the segments that there are.
    mutating func lines(now: UInt64, segments: () -> [UInt64]) -> [String] {
        if let slowSync, now - slowSync.bootTime > Self.slowSyncShown { self.slowSync = nil }
        if !findings.isEmpty {
            let present = Set(segments())
            findings = findings.filter { present.contains($0.key) }
        }
        return (slowSync.map { [$0.text] } ?? []) + findings.sorted { $0.key < $1.key }.map(\.value)
    }
}
