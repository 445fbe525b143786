import CloudEvents
import DeliveryIndex
import EventLog
import Gridlog
import Storage

/// Everything that can be proved of one topic's files.
struct TopicVerification {
    let topic: Catalog.TopicEntry
    let store: StoreInspection
    /// Whether the JSON of every event is validated again.
    let isDeep: Bool
    private(set) var findings: [Finding] = []
    private(set) var frames = 0
    private(set) var events = 0
    private(set) var bytes = 0
    private var scanner = EventScanner()

    init(_ topic: Catalog.TopicEntry, in store: StoreInspection, isDeep: Bool) {
        self.topic = topic
        self.store = store
        self.isDeep = isDeep
    }

    /// Looks at everything once. O(bytes).
    ///
    /// - Parameter progress: is told how many bytes were read.
    mutating func run(_ progress: (Int) -> Void) {
        var walk: TopicWalk
        var ofIndexes: [Finding] = []
        let logIsGone: LogError?
        do throws(LogError) {
            let snapshot = try TopicSnapshot(topic, in: store)
            logIsGone = snapshot.logIsGone
            for entry in topic.subscriptions { ofIndexes += IndexVerification(entry, snapshot).findings() }
            walk = try TopicWalk(store, topic)
        } catch {
            let isMissing = (try? store.fileSystem.list(store.directory(of: topic))) == nil
            let message = isMissing ? "the directory of the topic is missing" : error.message
            findings.append(
                Finding(.damage, message, topic: topic.name, file: store.directory(of: topic), advice: Finding.repair))
            return
        }
        if let error = logIsGone { return findings.append(Finding(.damage, error, topic: topic.name)) }
        guard !walk.log.segments.isEmpty else { return noteEmpty(walk.log) }
        findings += walk.log.faults.map { Finding(.damage, $0, topic: topic.name) }
        findings += walk.log.warnings.map {
            Finding(.warning, $0, topic: topic.name, advice: "nothing; if it happens again, look after the disk")
        }
        noteOtherFiles(walk.log)
        verify(&walk, progress)
        findings += ofIndexes
    }

    /// A topic that was just made has no log until it is first opened.
    private mutating func noteEmpty(_ log: LogInspection) {
        findings.append(
            Finding(
                .note, "the topic has no segment yet", topic: topic.name, file: log.directory,
                advice: "nothing: it was just made"))
    }

    // MARK: - Frames

    private mutating func verify(_ walk: inout TopicWalk, _ progress: (Int) -> Void) {
        while let step = walk.next() {
            switch step.item {
            case .frame(let frame):
                frames += 1
                bytes += frame.frameLength
                progress(frame.frameLength)
                verify(frame)
            case .damage(let range):
                findings.append(Finding(.damage, range.error, topic: topic.name))
                progress(range.length)
            }
        }
        if let torn = walk.torn {
            findings.append(
                Finding(
                    .note, torn.error, topic: topic.name,
                    advice:
                        "nothing, unless the process before was told that it was durable: the next start cuts it off, and says so"
                ))
        }
    }

    /// What the payload of a frame says.
    private mutating func verify(_ frame: LogFrame) {
        if frame.kind == .events { events += frame.recordCount }
        if let fault = FrameContent.fault(in: frame) { findings.append(Finding(.damage, fault, topic: topic.name)) }
        guard isDeep, frame.kind == .events else { return }
        let content = FrameEvents(frame)
        for index in 0..<content.count {
            guard let range = content.range(index) else { continue }
            do throws(EventError) {
                _ = try scanner.scan(frame.payload.extracting(range))
            } catch {
                add("an event is no valid CloudEvent: \(error.message)", frame, frame.firstSequence + UInt64(index))
            }
        }
    }

    private mutating func add(_ message: String, _ frame: LogFrame, _ sequence: UInt64) {
        findings.append(
            Finding(
                .damage, message, topic: topic.name, file: frame.path, offset: frame.offsetInSegment,
                sequences: sequence...sequence, advice: Finding.repair))
    }

    // MARK: - Files

    private mutating func noteOtherFiles(_ log: LogInspection) {
        for file in log.otherFiles {
            let path = "\(log.directory)/\(file.name)"
            let (message, advice) = Self.text(file.kind)
            findings.append(Finding(.note, message, topic: topic.name, file: path, advice: advice))
        }
    }

    private static func text(_ kind: OtherFile.Kind) -> (message: String, advice: String) {
        switch kind {
        case .setAside: ("a file was set aside, and may hold data", "remove it when you do not miss anything")
        case .leftOver:
            (
                "the manifest does not name this segment: it was given up, or is there in another form",
                "nothing: the next start removes it"
            )
        case .unconnected:
            (
                "the segment does not continue the log",
                "nothing, if it was begun just now; else look where it came from: the next start sets it aside"
            )
        }
    }
}
