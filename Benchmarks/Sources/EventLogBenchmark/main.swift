import EventLog
import Storage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Durable appends and reads of a log on the real disk, beside the same writes made by hand in the same run.
//
//     swift run -c release EventLogBenchmark [directory, default: .]

/// Wakes its appender when the last of its frames was answered.
final class Ticket: AppendTicket {
    private struct Count {
        var waiting: Int
        var failed = 0
    }

    private let signal = Signal()
    private let count: Guarded<Count>

    init(frames: Int) {
        count = Guarded(Count(waiting: frames))
    }

    func appendDidCommit(firstSequence: UInt64) { finish(failed: 0) }

    func appendDidFail(_ error: LogError) { finish(failed: 1) }

    private func finish(failed: Int) {
        let isLast = count.withLock { count in
            count.waiting -= 1
            count.failed += failed
            return count.waiting == 0
        }
        guard isLast else { return }
        signal.withLock {}
        signal.wake()
    }

    /// - Returns: whether all frames were committed.
    func wait() -> Bool {
        _ = signal.wait(nanoseconds: nil) { count.withLock { $0.waiting == 0 } }
        return count.withLock { $0.failed == 0 }
    }
}

/// Counts the groups, and says what goes wrong.
final class GroupCounter: LogDelegate {
    private let groups = Guarded(0)

    var count: Int { groups.withLock { $0 } }

    /// Counts every group of the committer, of events or not: each is answered once.
    var hooks: CommitterHooks {
        CommitterHooks(
            answersWillBegin: { self.groups.withLock { $0 += 1 } }, answersDidEnd: {}, gather: { call in call() })
    }

    func checkpoint() -> [FrameBuffer] { [] }

    func logDidGrow(tail: UInt64) {}

    func logDidSeal(_ segment: SegmentSummary) {}

    func logDidSyncSlowly(nanoseconds: UInt64, bytes: Int) {
        print("a sync of \(bytes) bytes took \(nanoseconds / 1_000_000) ms")
    }

    func logDidFail(_ error: LogError) { print(error) }
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

/// A number with one digit after the point.
func tenths(_ value: Double) -> String {
    let rounded = Int((value * 10).rounded())
    return "\(rounded / 10).\(rounded % 10)"
}

func hundredths(_ value: Double) -> String {
    let rounded = Int((value * 100).rounded())
    return "\(rounded / 100).\(rounded / 10 % 10)\(rounded % 10)"
}

func block(_ length: Int) -> ByteBlock {
    let block = ByteBlock(capacity: length)
    var state: UInt64 = 88_172_645_463_325_252
    while block.count < length {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        block.append(state)
    }
    return block
}

func block(copying other: ByteBlock) -> ByteBlock {
    let block = ByteBlock(capacity: other.count)
    block.append(other.bytes)
    return block
}

let scratch = "\(CommandLine.arguments.dropFirst().first ?? ".")/gridlog-benchmark-\(getpid())"
let disk = PosixFileSystem()
let clock = SystemClock()
let mebibyte = Double(1 << 20)
/// The header of a frame, in bytes.
let headerBytes = 64
/// Older sealed segments are given up, so that the log lives from recycled ones.
let sealedSegmentsKept = 3

func openLog(_ name: String, _ committer: Committer) throws -> SegmentedLog {
    let identity = LogIdentity(store: StoreIdentity(low: 1, high: 2), log: 3)
    return try SegmentedLog.open(
        LogConfiguration(
            directory: "\(scratch)/\(name)", identity: identity, fileSystem: disk, clock: clock,
            random: { UInt64.random(in: 0 ... .max) }),
        committer: committer)
}

func remove(_ directory: String) {
    for name in (try? disk.list(directory)) ?? [] { try? disk.unlink("\(directory)/\(name)") }
    try? disk.removeDirectory(directory)
}

/// What the settlements of 100 acknowledged events in a row take, in bytes.
let settlementsLength = 32

/// Each appender appends frames and waits for each `outstanding` of them, and for a frame of settlements beside each when asked. Old segments are given up, as a broker does whose
/// receivers keep up, so that the log lives from recycled segments.
func append(
    _ log: SegmentedLog, appenders: Int, rounds: Int, outstanding: Int, frameLength: Int, settling: Bool = false
) throws -> Double {
    let payload = block(frameLength)
    let settlements = block(settlementsLength)
    return try seconds {
        let threads = try (0..<appenders).map { _ in
            try WorkerThread("append") {
                for _ in 0..<rounds {
                    let ticket = Ticket(frames: settling ? 2 * outstanding : outstanding)
                    for _ in 0..<outstanding {
                        if settling {
                            let frame = FrameBuffer(capacity: settlementsLength)
                            frame.append(settlements.bytes)
                            log.appendSettlements(frame, ticket: ticket)
                        }
                        let frame = FrameBuffer(capacity: frameLength)
                        frame.append(payload.bytes)
                        log.appendEvents(frame, count: 1, ticket: ticket)
                    }
                    guard ticket.wait() else { return }
                    let sealed = log.sealedSegments
                    if sealed.count > sealedSegmentsKept { log.release([sealed[0].id]) }
                }
            }
        }
        for thread in threads { thread.join() }
    }
}

/// The same bytes in groups of the same length, over blocks that were written before: what the disk itself can do. `fresh`: each
/// group lies in memory that was just filled, as the frames of requests do, instead of one that the processor's cache has.
func raw(groupLength: Int, groups: Int, fresh: Bool = false) throws -> Double {
    let path = "\(scratch)/raw"
    let file = try disk.open(path, .createNew)
    defer { try? disk.unlink(path) }
    let fileLength = 64 << 20
    let group = block(groupLength)
    let slots = fileLength / groupLength
    for slot in 0..<slots { try file.write([group], at: slot * groupLength) }
    try file.synchronize()
    return try seconds {
        for number in 0..<groups {
            let group = fresh ? block(copying: group) : group
            try file.write([group], at: number % slots * groupLength)
            try file.synchronize()
        }
    }
}

func measureGroups(
    _ log: SegmentedLog, _ name: String, appenders: Int, rounds: Int, outstanding: Int, frameLength: Int = 1_024
) throws {
    let frameBytes = frameLength + headerBytes
    _ = try append(log, appenders: appenders, rounds: rounds / 4, outstanding: outstanding, frameLength: frameLength)
    let before = counter.count
    let time = try append(log, appenders: appenders, rounds: rounds, outstanding: outstanding, frameLength: frameLength)
    let groups = counter.count - before
    let frames = appenders * rounds * outstanding
    let rate = Double(frames * frameBytes) / mebibyte / time
    let groupLength = max(frameBytes, frames * frameBytes / max(1, groups) / 4_096 * 4_096)
    let rawGroups = min(groups, 4_000)
    let rawTime = try raw(groupLength: groupLength, groups: rawGroups)
    let rawRate = Double(rawGroups * groupLength) / mebibyte / rawTime
    let freshRate =
        try Double(rawGroups * groupLength) / mebibyte / raw(groupLength: groupLength, groups: rawGroups, fresh: true)
    print(
        """
        \(name): \(Int(Double(frames) / time)) frames/s, \(tenths(rate)) MiB/s, \
        \(Int(Double(groups) / time)) groups/s of \(tenths(Double(frames) / Double(groups))) frames
            pwrite + fdatasync by hand of \(groupLength) bytes: \(Int(Double(rawGroups) / rawTime)) groups/s, \
        \(tenths(rawRate)) MiB/s; ratio \(hundredths(rate / rawRate)); \
        from fresh memory \(tenths(freshRate)) MiB/s, ratio \(hundredths(rate / freshRate))
        """)
}

/// What it costs that acknowledgements are durable: the same appends, each with the settlements of as many events beside it.
func measureSettling(_ log: SegmentedLog, appenders: Int, rounds: Int, frameLength: Int) throws {
    var times = (without: [Double](), with: [Double]())
    var groups = (without: 0, with: 0)
    for _ in 0..<5 {
        for settling in [false, true] {
            let before = counter.count
            let time = try append(
                log, appenders: appenders, rounds: rounds, outstanding: 1, frameLength: frameLength, settling: settling)
            if settling {
                times.with.append(time)
                groups.with += counter.count - before
            } else {
                times.without.append(time)
                groups.without += counter.count - before
            }
        }
    }
    let ratio = times.without.sorted()[2] / times.with.sorted()[2]
    print(
        """
        with settlements, \(appenders) appenders of a frame of \(frameLength >> 10) KiB and one of settlements: \
        \(hundredths(ratio)) of the throughput without, in \(hundredths(Double(groups.with) / Double(groups.without))) of its groups
        """)
}

func measureReading(_ log: SegmentedLog) throws {
    var frames = 0
    var bytes = 0
    let time = try seconds {
        var next = try log.frame(containing: log.firstSequence)
        while let frame = next {
            frames += 1
            bytes += frame.payload.byteCount
            next = try log.frame(after: frame)
        }
    }
    print("reading frame after frame: \(Int(Double(frames) / time)) frames/s over \(frames) frames")
    let first = log.firstSequence
    let count = log.tail - first
    let lookups = 500_000
    let lookup = try seconds {
        for number in 0..<lookups {
            _ = try log.frame(containing: first + UInt64(number) &* 7_919_777 % count)
        }
    }
    print("finding a frame by sequence: \(Int(Double(lookups) / lookup)) lookups/s")
    let verify = try seconds {
        var next = try log.frame(containing: first)
        while let frame = next {
            try frame.verify()
            next = try log.frame(after: frame)
        }
    }
    print("reading and verifying: \(tenths(Double(bytes) / mebibyte / verify)) MiB/s")
}

try disk.createDirectory(scratch)
let committer = Committer(clock: clock)
try committer.start()
let log = try openLog("log", committer)
let counter = GroupCounter()
log.delegate = counter
committer.observe(counter.hooks)
for (kibibytes, appenders) in [(128, 4), (128, 8), (256, 8)] {
    try measureGroups(
        log, "durable, \(appenders) appenders of one frame of \(kibibytes) KiB", appenders: appenders, rounds: 1_000,
        outstanding: 1, frameLength: kibibytes << 10)
}
for appenders in [1, 8] {
    try measureSettling(log, appenders: appenders, rounds: 500, frameLength: 128 << 10)
}
try measureGroups(log, "durable, 8 appenders of 100 frames of 1 KiB", appenders: 8, rounds: 250, outstanding: 100)
try measureGroups(log, "durable, 1 appender of 100 frames of 1 KiB", appenders: 1, rounds: 1_000, outstanding: 100)
try measureGroups(log, "durable, 32 appenders of one frame of 1 KiB", appenders: 32, rounds: 1_000, outstanding: 1)
try measureGroups(log, "durable, 1 appender of one frame of 1 KiB", appenders: 1, rounds: 3_000, outstanding: 1)
log.level = .written
try measureGroups(log, "written, 32 appenders of one frame of 1 KiB", appenders: 32, rounds: 2_000, outstanding: 1)
try measureReading(log)
log.close()
let opening = try seconds { try openLog("log", committer).close() }
print("opening and closing again: \(tenths(opening * 1_000)) ms")
committer.stop()
remove("\(scratch)/log")
remove(scratch)
