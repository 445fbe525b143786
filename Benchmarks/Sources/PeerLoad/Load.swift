#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Synchronization

/// Seconds of the monotonic clock.
func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Seconds of CPU that this process has used.
func cpuSeconds() -> Double {
    var usage = rusage()
    // 0 is RUSAGE_SELF, whose type differs from one C library to the other.
    getrusage(0, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// How many exchanges all connections together still begin.
private final class Budget: Sendable {
    private let left: Atomic<Int>

    init(_ exchanges: Int) { left = Atomic(exchanges) }

    func take() -> Bool { left.wrappingSubtract(1, ordering: .relaxed).oldValue > 0 }
}

/// One thread: exchanges until the time is over, all are done, or nothing is left.
private final class Worker: @unchecked Sendable {
    let client: any Client
    let window: ClosedRange<Double>
    /// When exchanges begin: one each interval, or, with an interval of 0, one after the other.
    let pace: (first: Double, interval: Double)
    let budget: Budget
    var counted = 0
    var total = 0
    var lastProgress = 0.0
    var isEmptied = false
    var milliseconds: [Double] = []
    var failure: (any Error)?

    init(client: any Client, window: ClosedRange<Double>, pace: (first: Double, interval: Double), budget: Budget) {
        self.client = client
        self.window = window
        self.pace = pace
        self.budget = budget
    }

    func run() {
        do {
            var time = now()
            var next = pace.first
            while time < window.upperBound, budget.take() {
                // Timed from when it was due: who comes late because of the exchange before has waited that long.
                let before = pace.interval > 0 ? next : time
                if pace.interval > 0 {
                    if next > time { usleep(useconds_t((next - time) * 1e6)) }
                    next += pace.interval
                }
                let count = try client.exchange()
                time = now()
                if count == 0 {
                    isEmptied = true
                    break
                }
                total += count
                guard window.contains(time) else { continue }
                counted += count
                lastProgress = time
                milliseconds.append((time - before) * 1_000)
            }
            let rest = try client.finish()
            total += rest
            // Nothing was left before the time was over: the last acknowledgements belong to it.
            time = now()
            if rest > 0, window.contains(time) {
                counted += rest
                lastProgress = time
            }
        } catch {
            failure = error
        }
    }
}

/// One thread a connection, all at once.
func runLoad(_ options: Options, client: (_ index: Int) throws -> any Client) throws -> Report {
    let clients = try (0..<options.connections).map(client)
    let begin = now() + options.warmup
    let window = begin...(begin + options.seconds)
    let interval = options.rate > 0 ? Double(options.connections * options.batch) / Double(options.rate) : 0
    let budget = Budget(options.count > 0 ? (options.count + options.batch - 1) / options.batch : .max)
    let workers = clients.enumerated().map { index, client in
        let first = now() + interval * Double(index) / Double(options.connections)
        return Worker(client: client, window: window, pace: (first, interval), budget: budget)
    }
    let threads = workers.map { worker in
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Worker>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(worker).toOpaque())
        return thread
    }
    usleep(useconds_t(max(0, window.lowerBound - now()) * 1e6))
    let cpuBefore = cpuSeconds()
    for thread in threads { pthread_join(thread, nil) }
    let cpu = (cpuSeconds() - cpuBefore) / max(0.001, now() - window.lowerBound)

    var report = Report()
    report.cpu = cpu
    report.events = workers.reduce(0) { $0 + $1.counted }
    report.total = workers.reduce(0) { $0 + $1.total }
    let last = workers.map(\.lastProgress).max() ?? 0
    report.isEmptied = workers.contains { $0.isEmptied }
    let isCutShort = report.isEmptied || options.count > 0
    report.seconds = max(0.001, (isCutShort ? last : window.upperBound) - window.lowerBound)
    report.milliseconds = workers.flatMap(\.milliseconds)
    for worker in workers {
        guard let failure = worker.failure else { continue }
        report.errors += 1
        complain("\(failure)")
    }
    return report
}

func complain(_ message: String) {
    let line = Array("peer-load: \(message)\n".utf8)
    write(2, line, line.count)
}
