import EventLog
import Storage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Packing, scrubbing and reading sealed segments of JSON events, raw and packed, on the real disk.
//
//     swift run -c release PackingBenchmark [directory, default: .]

final class NoTicket: AppendTicket {
    func appendDidCommit(firstSequence: UInt64) {}
    func appendDidFail(_ error: LogError) { print(error) }
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

/// The time this thread used the processor: other programs on the machine do not count.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    try body()
    return now() - start
}

func tenths(_ value: Double) -> String {
    let rounded = Int((value * 10).rounded())
    return "\(rounded / 10).\(rounded % 10)"
}

let mebibyte = Double(1 << 20)
let scratch = "\(CommandLine.arguments.dropFirst().first ?? ".")/gridlog-packing-\(getpid())"
let disk = PosixFileSystem()
let clock = SystemClock()
let committer = Committer(clock: clock)
try disk.createDirectory(scratch)
var configuration = LogConfiguration(
    directory: "\(scratch)/log", identity: LogIdentity(store: StoreIdentity(low: 1, high: 2), log: 3), fileSystem: disk,
    clock: clock, random: { UInt64.random(in: 0 ... .max) })
configuration.segmentBytesMin = 64 << 20
let log = try SegmentedLog.open(configuration, committer: committer)
log.level = .written
var events = EventText()
let ticket = NoTicket()
var appended = 0
while appended < 300 << 20 {
    for _ in 0..<1_000 {
        let frame = FrameBuffer(capacity: 1_200)
        let text = Array(events.next().utf8)
        frame.append(text.span.bytes)
        appended += text.count
        log.appendEvents(frame, count: 1, ticket: ticket)
    }
    _ = committer.runCycle(waiting: false)
}
print("events of \(appended / Int(log.tail - 1)) bytes, \(log.tail - 1) of them, a frame each")

func read(_ name: String) throws {
    var bytes = 0
    var frames = 0
    func walk(verifying: Bool) throws -> Double {
        (bytes, frames) = (0, 0)
        return try processorSeconds {
            var next = try log.frame(containing: 1)
            while let frame = next, frame.firstSequence < log.tail * 3 / 5 {
                if verifying { try frame.verify() }
                bytes += frame.payload.byteCount
                frames += 1
                next = try log.frame(after: frame)
            }
        }
    }
    _ = try walk(verifying: true)
    let verified = try walk(verifying: true)
    print("\(name): reading on and verifying \(tenths(Double(bytes) / mebibyte / verified)) MiB/s, \(frames) frames")
    let lookups = 20_000
    let time = try processorSeconds {
        for number in 0..<lookups {
            _ = try log.frame(containing: 1 + UInt64(number) &* 7_919_777 % (log.tail * 3 / 5))
        }
    }
    print("    finding a frame by sequence anywhere: \(tenths(time / Double(lookups) * 1e6)) µs")
    let scrubbed = try processorSeconds {
        bytes = 0
        for _ in 0..<3 {
            guard var pass = log.beginScrub() else { break }
            while !pass.isFinished { bytes += try log.scrub(&pass) }
        }
    }
    print("    scrubbing: \(tenths(Double(bytes) / mebibyte / scrubbed)) MiB/s")
}

try read("raw")
var from = 0
var to = 0
var processor = 0.0
let packing = try seconds {
    processor = try processorSeconds {
        while case .packed(_, let before, let after) = try log.packNextColdSegment(olderThan: 0) {
            from += before
            to += after
        }
    }
}
print(
    "packing: \(from >> 20) to \(tenths(Double(to) / mebibyte)) MiB, ratio \(tenths(Double(from) / Double(to))), "
        + "\(tenths(Double(from) / mebibyte / processor)) MiB/s of processor time, "
        + "\(tenths(Double(from) / mebibyte / packing)) MiB/s with reading back and syncs")
try read("packed")
print("cache: \(tenths(Double(log.configuration.blockCache.usedBytes) / mebibyte)) MiB")
log.close()
let opening = try seconds { try SegmentedLog.open(configuration, committer: committer).close() }
print("opening and closing again: \(tenths(opening * 1_000)) ms")
for name in try disk.list("\(scratch)/log") { try disk.unlink("\(scratch)/log/\(name)") }
try disk.removeDirectory("\(scratch)/log")
try disk.removeDirectory(scratch)
