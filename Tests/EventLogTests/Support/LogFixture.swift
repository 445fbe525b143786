@testable import EventLog
import Storage
import TestSupport

/// A log on a simulated disk, with a committer and a clock that stand still until a test turns them.
final class LogFixture {
    static let directory = "/store/log"

    private(set) var disk: SimulatedDisk
    let clock: ManualClock
    private(set) var committer: Committer
    private(set) var log: SegmentedLog
    private(set) var delegate: TestDelegate
    private let random: @Sendable () -> UInt64
    private let segmentBytes: ClosedRange<Int>
    private let checkpoint: (@Sendable () -> [[UInt8]])?

    /// A new log, or the one that is on the disk.
    init(
        on disk: SimulatedDisk = SimulatedDisk(), clock: ManualClock = ManualClock(),
        segmentBytes: ClosedRange<Int> = (16 << 10)...(16 << 10), seed: UInt64 = 1,
        checkpoint: (@Sendable () -> [[UInt8]])? = nil
    ) throws {
        self.checkpoint = checkpoint
        delegate = TestDelegate(whenAsked: checkpoint)
        self.disk = disk
        self.clock = clock
        self.segmentBytes = segmentBytes
        random = SeededRandom(seed: seed).shared()
        if try !disk.names(in: "/").contains("store") {
            try disk.createDirectory("/store")
            try disk.syncDirectory("/")
        }
        committer = Committer(clock: clock)
        log = try SegmentedLog.open(
            Self.configuration(disk, clock, segmentBytes, random), committer: committer)
        log.delegate = delegate
    }

    deinit {
        letGo()
    }

    /// As a process that ends: what the committer is still to look at keeps a log, and its disk, alive.
    private func letGo() {
        committer.abandon()
    }

    static func configuration(
        _ disk: SimulatedDisk, _ clock: ManualClock = ManualClock(),
        _ segmentBytes: ClosedRange<Int> = (16 << 10)...(16 << 10),
        _ random: @escaping @Sendable () -> UInt64 = SeededRandom(seed: 7).shared()
    ) -> LogConfiguration {
        var configuration = LogConfiguration(
            directory: directory,
            identity: LogIdentity(store: StoreIdentity(low: 0xAAAA, high: 0xBBBB), log: 7),
            fileSystem: disk, clock: clock, random: random)
        configuration.segmentBytesMin = segmentBytes.lowerBound
        configuration.segmentBytesMax = segmentBytes.upperBound
        configuration.reserveBytesMin = 12 << 10
        return configuration
    }

    // MARK: - Appending

    /// Queues a frame of events.
    @discardableResult
    func queue(_ payload: [UInt8], count: Int = 1) -> TestTicket {
        let ticket = TestTicket()
        log.appendEvents(FrameBuffer(payload), count: count, ticket: ticket)
        return ticket
    }

    @discardableResult
    func queueSettlements(_ payload: [UInt8]) -> TestTicket {
        let ticket = TestTicket()
        log.appendSettlements(FrameBuffer(payload), ticket: ticket)
        return ticket
    }

    /// One cycle of the committer.
    func commit() {
        _ = committer.runCycle(waiting: false)
    }

    /// Appends a frame of events as a group of its own.
    @discardableResult
    func append(_ payload: [UInt8], count: Int = 1) -> TestTicket {
        let ticket = queue(payload, count: count)
        commit()
        return ticket
    }

    /// Appends numbered payloads, each a group of its own. - Returns: the payloads.
    @discardableResult
    func append(_ numbers: Range<Int>, size: Int) -> [[UInt8]] {
        numbers.map { number in
            let payload = Self.payload(number, size: size)
            append(payload)
            return payload
        }
    }

    /// Bytes that differ from those of every other number.
    static func payload(_ number: Int, size: Int) -> [UInt8] {
        var random = SeededRandom(seed: UInt64(number) &+ 0xE0)
        return random.bytes(size)
    }

    /// Lets the linger time and the rest time pass, so that watermarks and what rode along are written.
    func idle() {
        clock.advance(by: .seconds(1))
        commit()
    }

    /// Appends and trims until the log goes on in a recycled file, with old frames behind its end.
    func useRecycledSegment(payload: [UInt8] = LogFixture.payload(4_000, size: 300)) {
        while !log.writer.active.segment.header.isRecycled {
            append(payload)
            log.release(before: log.tail)
            commit()
        }
    }

    // MARK: - Opening again

    /// Opens what is on a disk: after a power cut, or the same disk after the process died.
    func reopen(on disk: SimulatedDisk? = nil) throws {
        letGo()
        if let disk { self.disk = disk } else { self.disk.processDied() }
        committer = Committer(clock: clock)
        delegate = TestDelegate(whenAsked: checkpoint)
        log = try SegmentedLog.open(
            Self.configuration(self.disk, clock, segmentBytes, random), committer: committer)
        log.delegate = delegate
    }

    /// Cuts the power and opens what is left.
    func powerCut(_ survival: Survival) throws {
        try reopen(on: disk.powerCut(survival))
    }

    // MARK: - Reading

    /// The payloads of all frames, walked from frame to frame, over gaps, and verified.
    func readAll() throws -> [[UInt8]] {
        try readFrames().map(\.payload)
    }

    /// The same, with the first sequence of each.
    func readFrames() throws -> [(sequence: UInt64, payload: [UInt8])] {
        var frames: [(sequence: UInt64, payload: [UInt8])] = []
        var end = log.firstSequence
        var next = try log.frame(containing: end)
        while let frame = next {
            try frame.verify()
            frames.append((frame.firstSequence, frame.payload.array()))
            end = frame.endSequence
            next = try log.frame(after: frame)
            if next == nil, let gap = log.gap(atOrAfter: end), gap.lowerBound == end {
                next = try log.frame(containing: gap.upperBound)
            }
        }
        return frames
    }

    /// Checkpoints and settlements as replay shows them: `C` or `S` and the payload.
    func replayed() -> [(kind: ReplayedFrame.Kind, payload: [UInt8])] {
        var frames: [(kind: ReplayedFrame.Kind, payload: [UInt8])] = []
        log.replay { frames.append(($0.kind, $0.payload.array())) }
        return frames
    }

    // MARK: - Files

    /// The segment files, oldest first.
    var segmentNames: [String] {
        let names = (try? disk.names(in: Self.directory)) ?? []
        return names.filter { $0.hasSuffix(".segment") && $0.hasPrefix("0") }
    }

    static func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// The end of the last frame in the newest segment.
    var endOffset: Int { log.writer.active.writeOffset }

    /// Every file of the log, as it is on the platter.
    static func files(on disk: SimulatedDisk) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try disk.names(in: directory) { files[name] = try disk.durableBytes(path(name)) }
        return files
    }

    var newestPath: String { Self.path(segmentNames.last ?? "") }
}

extension SegmentedLog {
    /// Gives up all sealed segments that lie wholly below a sequence.
    func release(before sequence: UInt64) {
        release(Set(sealedSegments.filter { $0.sequences.upperBound <= sequence }.map(\.id)))
    }

    /// One past the last sequence of the oldest sealed segment: below it, nothing can be given up.
    var firstReleasePoint: UInt64? { sealedSegments.first?.sequences.upperBound }
}
