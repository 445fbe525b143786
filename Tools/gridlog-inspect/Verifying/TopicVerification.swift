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
        // Before the log: what an index says now, the log says too by then.
        let indexes = topic.subscriptions.map { IndexVerification($0, of: topic, in: store) }
        let log: LogInspection
        do throws(LogError) {
            log = try store.log(of: topic)
        } catch {
            let isMissing = (try? store.fileSystem.list(store.directory(of: topic))) == nil
            let message = isMissing ? "the directory of the topic is missing" : error.message
            findings.append(
                Finding(.damage, message, topic: topic.name, file: store.directory(of: topic), advice: Finding.repair))
            return
        }
        guard !log.segments.isEmpty else { return verifyEmpty(log) }
        findings += log.faults.map { Finding(.damage, $0, topic: topic.name) }
        findings += log.warnings.map {
            Finding(.warning, $0, topic: topic.name, advice: "nothing; if it happens again, look after the disk")
        }
        verify(log, progress)
        noteOtherFiles(log)
        let state = LogState(log)
        for index in indexes { findings += index.findings(log, state) }
    }

    /// A topic that was just made has no log until it is first opened.
    private mutating func verifyEmpty(_ log: LogInspection) {
        findings.append(
            Finding(
                .note, "the topic has no segment yet", topic: topic.name, file: log.directory,
                advice: "nothing, if it was just made; else its log is gone: put it back from a backup"))
    }

    // MARK: - Frames

    private mutating func verify(_ log: LogInspection, _ progress: (Int) -> Void) {
        var walk = TopicWalk(log)
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
        if walk.end == .torn, let newest = log.newest {
            findings.append(
                Finding(
                    .note, "behind the last frame stands something that was never answered", topic: topic.name,
                    file: newest.path, advice: "nothing: a server is writing, or the next start cuts it off"))
        }
    }

    /// What the payload of a frame says.
    private mutating func verify(_ frame: LogFrame) {
        switch frame.kind {
        case .events:
            events += frame.recordCount
            verifyEvents(of: frame)
        case .settlements:
            guard let fault = Settlements(frame).fault else { return }
            add("the settlements of a frame make no sense: \(fault.message)", frame)
        case .checkpoint:
            let payload = frame.payload
            guard payload.byteCount > 0 else { return }
            do throws(RecordFault) {
                try Checkpoint.validate(payload)
            } catch {
                add("a checkpoint makes no sense: \(error.message)", frame)
            }
        default: break
        }
    }

    private mutating func verifyEvents(of frame: LogFrame) {
        let events = FrameEvents(frame)
        for index in 0..<events.count {
            let sequence = frame.firstSequence + UInt64(index)
            guard let range = events.range(index) else {
                add("the record of an event makes no sense", frame, sequence)
                continue
            }
            guard isDeep else { continue }
            do throws(EventError) {
                _ = try scanner.scan(frame.payload.extracting(range))
            } catch {
                add("an event is no valid CloudEvent: \(error.message)", frame, sequence)
            }
        }
    }

    private mutating func add(_ message: String, _ frame: LogFrame, _ sequence: UInt64? = nil) {
        findings.append(
            Finding(
                .damage, message, topic: topic.name, file: frame.path, offset: frame.offsetInSegment,
                sequences: sequence.map { $0...$0 }, advice: Finding.repair))
    }

    // MARK: - Files

    private mutating func noteOtherFiles(_ log: LogInspection) {
        for name in log.otherFiles where name.hasSuffix(".aside") {
            findings.append(
                Finding(
                    .note, "a file was set aside, and may hold data", topic: topic.name,
                    file: "\(log.directory)/\(name)", advice: "remove it when you do not miss anything"))
        }
    }
}
