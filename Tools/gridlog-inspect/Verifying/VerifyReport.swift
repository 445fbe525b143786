/// What `verify` says in the end.
struct VerifyReport: Encodable {
    var findings: [Finding] = []
    private(set) var topics = 0
    private(set) var frames = 0
    private(set) var events = 0
    private(set) var bytes = 0

    /// Whether there is something that only a newer version can read.
    var isNewer: Bool { findings.contains { $0.severity == .newer } }

    var isDamaged: Bool { findings.contains { $0.severity == .damage } }

    mutating func add(_ verification: TopicVerification) {
        findings += verification.findings
        topics += 1
        frames += verification.frames
        events += verification.events
        bytes += verification.bytes
    }

    func show() {
        for finding in findings { Output.line(finding.text) }
        let counts =
            "\(SizeText.count(topics, "topic")), \(SizeText.count(frames, "frame")), \(SizeText.count(events, "event")), "
            + SizeText.bytes(bytes)
        let damages = findings.count { $0.severity == .damage }
        guard damages == 0 else { return Output.line("DAMAGED in \(SizeText.count(damages, "place")): \(counts)") }
        Output.line(isNewer ? "CANNOT BE READ in full by this version: \(counts)" : "sound: \(counts)")
    }

    private enum CodingKeys: String, CodingKey {
        case findings, topics, frames, events, bytes, isSound
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(!isDamaged && !isNewer, forKey: .isSound)
        try container.encode(findings, forKey: .findings)
        try container.encode(topics, forKey: .topics)
        try container.encode(frames, forKey: .frames)
        try container.encode(events, forKey: .events)
        try container.encode(bytes, forKey: .bytes)
    }
}
