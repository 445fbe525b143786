@testable import EventLog
import Storage
import TestSupport

/// A log of several segments, one of them in a recycled file, with settlements and checkpoints, and a spare and a blank file;
/// its last group was written and never answered. From it copies are made, each damaged in one place.
struct DamagedStore {
    /// What a copy must be like after one fault.
    enum Outcome: String, CaseIterable {
        case unaffected = "everything equal"
        case namedAtOpen = "damage named at open"
        case namedAtRead = "damage named at read, all else equal"
        case tailCut = "unanswered frames of the last group gone; told"
        case setAside = "a file set aside, everything equal"
        /// FORMAT.md section 6: what would have said that it was durable was cut off with it.
        case endCutOff = "the newest file's end gone, with what vouched for it; told"
    }

    /// What breaks the rules; empty when the copy is as it must be.
    struct Verdict {
        var outcome: Outcome
        var faults: [String] = []
    }

    let name: String
    private let image: SimulatedDisk
    private let events: [UInt64: [UInt8]]
    private let firstSequence: UInt64
    private let tail: UInt64
    /// The sequences from here on were never answered.
    private let unanswered: UInt64
    private let replayed: [[UInt8]]
    /// The same without the newest segment, if the manifest does not name it.
    private let replayedBefore: [[UInt8]]?
    private let newestPath: String
    /// The sequences of each segment that the manifest names as sealed.
    private let sealed: [String: Range<UInt64>]
    /// Every file that is part of the log, with its length: segments and manifests.
    let files: [(path: String, length: Int)]
    /// Those that are not: spare, blank and reserve hold blocks, and what is in them is never read.
    let blocks: [(path: String, length: Int)]

    /// - Parameter endsInRoll: the power failed in a roll: the manifest does not name the newest segment, which holds no event.
    init(endsInRoll: Bool) throws {
        name = endsInRoll ? "in a roll" : "in a group"
        let fixture = try LogFixture(checkpoint: { [LogFixture.payload(5_000, size: 90), [7]] })
        func grow(to count: Int, _ next: inout Int) {
            while fixture.segmentNames.count < count {
                fixture.queueSettlements(LogFixture.payload(3_000 + next, size: 33))
                fixture.queue(LogFixture.payload(next, size: 400), count: 1 + next % 3)
                fixture.append(next + 1..<next + 2, size: 170)
                next += 2
            }
        }
        var next = 0
        grow(to: 4, &next)
        for _ in 0..<2 {
            // The oldest is given up, and its file becomes the next but one segment.
            fixture.log.release(before: fixture.log.firstReleasePoint ?? 0)
            fixture.commit()
            grow(to: 5, &next)
        }
        fixture.queueSettlements(LogFixture.payload(4_000, size: 33))
        fixture.append(next..<next + 9, size: 170)
        let answered = fixture.log.tail
        let live = fixture.disk
        if endsInRoll {
            for name in ["MANIFEST-A", "MANIFEST-B"] { live.fail(.write, on: name, lasting: true, .powerOff) }
            while !fixture.log.hasFailed { fixture.append(LogFixture.payload(1, size: 901)) }
            image = live.powerCut(.everything)
        } else {
            try fixture.log.prepareNextSegment()
            live.fail(.synchronize, lasting: true, .powerOff)
            for number in 0..<3 { fixture.queue(LogFixture.payload(9_000 + number, size: 150)) }
            fixture.commit()
            image = live.powerCut(.everything)
            try image.replace(fixture.newestPath, with: live.liveBytes(fixture.newestPath))
        }
        let whole = try LogFixture(on: image.powerCut(.everything))
        guard whole.log.findings == OpeningFindings() else {
            throw LogError(.incompatible, "a sound store has findings: \(whole.log.findings)", file: "")
        }
        firstSequence = whole.log.firstSequence
        tail = whole.log.tail
        unanswered = endsInRoll ? tail : answered
        var events: [UInt64: [UInt8]] = [:]
        for sequence in firstSequence..<tail {
            events[sequence] = try Self.event(sequence, whole.log).get()
        }
        self.events = events
        replayed = whole.replayed().map(\.payload)
        if endsInRoll {
            let before = image.powerCut(.everything)
            try before.remove(whole.newestPath)
            replayedBefore = try LogFixture(on: before).replayed().map(\.payload)
        } else {
            replayedBefore = nil
        }
        newestPath = endsInRoll ? LogFixture.path(whole.segmentNames.dropLast().last ?? "") : whole.newestPath
        var sealed: [String: Range<UInt64>] = [:]
        for segment in whole.log.reading.withLock({ $0.sealed }) {
            sealed[segment.segment.path] = segment.baseSequence..<segment.endSequence
        }
        let recycled = whole.log.reading.withLock { $0.sealed.filter(\.segment.header.isRecycled) }
        guard !recycled.isEmpty, endsInRoll || tail == unanswered + 3 else {
            throw LogError(.incompatible, "the store is not as the test needs it", file: "")
        }
        sealed[newestPath] = nil
        self.sealed = sealed
        let image = image
        func sized(_ names: [String]) throws -> [(path: String, length: Int)] {
            try names.map { (LogFixture.path($0), try image.durableBytes(LogFixture.path($0)).count) }
        }
        let names = try image.names(in: LogFixture.directory)
        files = try sized(names.filter(Self.isPartOfLog))
        blocks = try sized(names.filter { !Self.isPartOfLog($0) })
    }

    var copy: SimulatedDisk { image.powerCut(.everything) }

    private static func isPartOfLog(_ name: String) -> Bool {
        name.hasPrefix("MANIFEST") || Segment.id(ofName: name) != nil
    }

    // MARK: - The judgement

    /// Opens a copy whose one file was damaged, reads everything, and says what became of it.
    func judge(_ disk: SimulatedDisk, damaged path: String) throws -> Verdict {
        let before = try LogFixture.files(on: disk)
        let reader: LogFixture
        do {
            reader = try LogFixture(on: disk)
        } catch let error as LogError {
            var verdict = Verdict(outcome: .namedAtOpen)
            if error.file != path { verdict.faults.append("names \(error.file)") }
            if error.offset == nil && error.sequences == nil { verdict.faults.append("names no place: \(error)") }
            if let gone = sealed[path],
                error.sequences.map({ $0.contains(gone.lowerBound) && $0.contains(gone.upperBound - 1) }) != true
            {
                verdict.faults.append("does not name all of \(gone): \(error)")
            }
            if error.code != .damaged && error.code != .incompatible { verdict.faults.append("\(error)") }
            if try LogFixture.files(on: disk) != before { verdict.faults.append("a fenced log was changed") }
            return verdict
        }
        var verdict = try read(reader, damaged: path)
        let isAside = try disk.names(in: LogFixture.directory).contains { $0.hasSuffix(".aside") }
        if isAside, verdict.outcome == .unaffected { verdict.outcome = .setAside }
        return verdict
    }

    private func read(_ reader: LogFixture, damaged path: String) throws -> Verdict {
        var verdict = Verdict(outcome: .unaffected)
        if reader.log.firstSequence != firstSequence { verdict.faults.append("begins at \(reader.log.firstSequence)") }
        if reader.log.tail > tail { verdict.faults.append("there are events that nobody published") }
        if reader.log.tail < tail {
            verdict.outcome = reader.log.tail < unanswered ? .endCutOff : .tailCut
            if reader.log.findings == OpeningFindings() { verdict.faults.append("cut, and not told") }
            if path != newestPath { verdict.faults.append("cut by damage to another file") }
        }
        for sequence in firstSequence..<min(tail, reader.log.tail) {
            switch Self.event(sequence, reader.log) {
            case .success(let payload):
                if payload != events[sequence] { verdict.faults.append("event \(sequence) is another") }
            case .failure(let error):
                verdict.outcome = .namedAtRead
                if error.code != .damaged || error.file != path || error.sequences?.contains(sequence) != true {
                    verdict.faults.append("event \(sequence): \(error)")
                }
            }
        }
        checkReplay(reader, &verdict)
        return verdict
    }

    /// Recovery shows the same settlements; those of the segment before if the newest, which held none, was set aside.
    private func checkReplay(_ reader: LogFixture, _ verdict: inout Verdict) {
        let found = reader.replayed().map(\.payload)
        if found == replayed || found == replayedBefore { return }
        if reader.log.tail == tail || !replayed.starts(with: found) { verdict.faults.append("settlements are others") }
    }

    private static func event(_ sequence: UInt64, _ log: SegmentedLog) -> Result<[UInt8]?, LogError> {
        do throws(LogError) {
            guard let frame = try log.frame(containing: sequence) else { return .success(nil) }
            try frame.verify()
            return .success(frame.payload.array())
        } catch {
            return .failure(error)
        }
    }

    /// The log goes on: an event is appended, survives a power cut, and what was there is still there.
    func goesOn(_ disk: SimulatedDisk) throws -> Bool {
        let reader = try LogFixture(on: disk)
        let sequence = reader.log.tail
        guard reader.append([1, 2, 3]).firstSequence == sequence else { return false }
        try reader.powerCut(.nothing)
        return try Self.event(sequence, reader.log).get() == [1, 2, 3]
    }
}
