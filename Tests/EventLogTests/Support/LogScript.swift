@testable import EventLog
import Storage
import TestSupport

/// A few steps on a log, to be interrupted at each of their calls to the disk.
struct LogScript: Sendable, CustomStringConvertible {
    let name: String
    /// What is on the disk before, durably; `nil`: nothing at all.
    private let before: (@Sendable (LogFixture) -> Void)?
    private let steps: @Sendable (Run) -> Void

    var description: String { name }

    /// One run of a script: what was answered, and what may or may not be there.
    final class Run: @unchecked Sendable {
        let disk: SimulatedDisk
        let clock = ManualClock()
        private(set) var fixture: LogFixture?
        /// The payloads of the log before, then those that were answered.
        private var answered: [[UInt8]] = []
        private var asked: [[UInt8]] = []
        private var mayBeGone: Set<UInt64> = []
        private let steps: @Sendable (Run) -> Void

        fileprivate init(_ disk: SimulatedDisk, _ answered: [[UInt8]], _ steps: @escaping @Sendable (Run) -> Void) {
            self.disk = disk
            self.answered = answered
            asked = answered
            self.steps = steps
        }

        /// Opens the log and does the steps, whatever fails.
        func play() {
            fixture = try? LogFixture(on: disk, clock: clock)
            if fixture != nil { steps(self) }
        }

        fileprivate func append(_ payload: [UInt8]) {
            guard let ticket = fixture?.append(payload) else { return }
            // A frame that was refused for want of space is not in the log; after any other failure it may be.
            if ticket.failure?.code != .noSpace, ticket.failure?.code != .storage { asked.append(payload) }
            if ticket.firstSequence != nil { answered.append(payload) }
        }

        fileprivate func trim(_ sequences: Int) {
            release { $0.sequences.upperBound <= UInt64(sequences) + 1 }
        }

        fileprivate func release(_ isChosen: (SegmentSummary) -> Bool) {
            guard let log = fixture?.log else { return }
            let chosen = log.sealedSegments.filter(isChosen)
            for segment in chosen { mayBeGone.formUnion(segment.sequences) }
            log.release(Set(chosen.map(\.id)))
            fixture?.commit()
        }

        fileprivate func appendSettlements(_ payload: [UInt8]) {
            fixture?.queueSettlements(payload)
            fixture?.commit()
        }

        /// Opens what a disk holds: everything answered is there, byte-equal and in order, and the log goes on. What was found
        /// counts as answered from now on.
        func check(on disk: SimulatedDisk, _ what: String) throws {
            do {
                let reader = try LogFixture(on: disk, seed: 1_234)
                let found = try reader.readFrames()
                let tail = reader.log.tail
                let isKnown = found.allSatisfy { frame in
                    frame.sequence <= UInt64(asked.count) && asked[Int(frame.sequence) - 1] == frame.payload
                }
                let missing = Set(1..<tail).subtracting(found.map(\.sequence))
                guard isKnown, answered.count < tail, missing.isSubset(of: mayBeGone) else {
                    throw Wrong(
                        message:
                            "\(what): found \(found.count), answered \(answered.count), missing \(missing.sorted())")
                }
                let next = LogFixture.payload(31_337, size: 500)
                guard reader.append(next).firstSequence == tail, try reader.readAll() == found.map(\.payload) + [next]
                else { throw Wrong(message: "\(what): the log does not go on") }
                asked = asked.prefix(Int(tail) - 1) + [next]
                answered = asked
            } catch let error as LogError {
                throw Wrong(message: "\(what): \(error)")
            }
        }
    }

    struct Wrong: Error {
        let message: String
    }

    /// A disk with what was before, and nothing done yet.
    func prepare(seed: UInt64) throws -> Run {
        let disk = SimulatedDisk(seed: seed)
        try disk.createDirectory("/store")
        try disk.syncDirectory("/")
        guard let before else { return Run(disk, [], steps) }
        let fixture = try LogFixture(on: disk, seed: seed)
        before(fixture)
        let left = fixture.disk.powerCut(.seeded(seed))
        // A torn group may be there whole; look at a copy.
        let payloads = try LogFixture(on: left.powerCut(.everything)).readAll()
        return Run(left, payloads, steps)
    }

    /// How many calls an undisturbed run makes.
    func countCalls() throws -> Int {
        let run = try prepare(seed: 0)
        let calls = run.disk.count()
        run.play()
        return run.disk.count() - calls
    }

    static let all = [
        firstStart, roll, rollIntoRecycled, trim, releaseInTheMiddle, settlementsOnly, tornTail, cleanEnd, pack,
    ]

    static let firstStart = LogScript(name: "first start", before: nil) { run in
        run.append([1, 2, 3])
        run.append(LogFixture.payload(1, size: 600))
    }

    static let roll = LogScript(name: "roll", before: { $0.append(LogFixture.payload(0, size: 11_000)) }) { run in
        for number in 1...3 { run.append(LogFixture.payload(number, size: 700)) }
    }

    static let rollIntoRecycled = LogScript(
        name: "trim and roll",
        before: { fixture in
            fixture.append(0..<60, size: 300)
            fixture.append(LogFixture.payload(61, size: 3_000))
        }
    ) { run in
        run.trim(32)
        for number in 1...3 { run.append(LogFixture.payload(number, size: 5_000)) }
        run.fixture?.log.close()
    }

    static let trim = LogScript(name: "trim", before: { $0.append(0..<100, size: 300) }) { run in
        run.append([1])
        run.trim(64)
        run.append([2])
    }

    /// Every second segment goes, then others, and their blocks are used again; the oldest stays.
    static let releaseInTheMiddle = LogScript(name: "release in the middle", before: { $0.append(0..<150, size: 300) })
    {
        run in
        run.release { $0.id % 2 == 0 }
        run.append(LogFixture.payload(1_000, size: 9_000))
        run.append(LogFixture.payload(1_001, size: 9_000))
        run.release { $0.id > 2 && $0.id % 3 == 0 }
        run.append([2])
    }

    /// Segments that hold no events go by themselves.
    static let settlementsOnly = LogScript(
        name: "segments of settlements",
        before: { fixture in
            fixture.append(0..<60, size: 300)
            fixture.append([9])
        }
    ) { run in
        for number in 0..<3 { run.appendSettlements(LogFixture.payload(number, size: 7_000)) }
        run.append([2])
    }

    static let tornTail = LogScript(
        name: "recovery of a torn tail",
        before: { fixture in
            fixture.append(0..<3, size: 300)
            fixture.queue(LogFixture.payload(4, size: 2_000))
            fixture.disk.fail(.synchronize, lasting: true, .powerOff)
            fixture.commit()
        }
    ) { run in
        run.append([1])
        run.fixture?.idle()
        run.append([2])
    }

    static let cleanEnd = LogScript(name: "clean end", before: { $0.append(0..<3, size: 300) }) { run in
        run.append([1])
        run.fixture?.log.close()
    }

    static let pack = LogScript(name: "pack", before: { $0.appendTexts(0..<110, size: 300) }) { run in
        _ = try? run.fixture?.log.packNextColdSegment(olderThan: 0)
        run.append(LogFixture.text(110, size: 300))
        _ = try? run.fixture?.log.packNextColdSegment(olderThan: 0)
        // Into the blocks of what was packed.
        run.append(LogFixture.payload(111, size: 9_000))
        run.append(LogFixture.payload(112, size: 9_000))
    }
}
