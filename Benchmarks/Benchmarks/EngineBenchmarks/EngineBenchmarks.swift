import Benchmark
import Workloads

/// Every workload as a benchmark of its time. What must not grow is counted by `Benchmarks/check`.
let benchmarks: @Sendable () -> Void = {
    for workload in Workload.all { measure(workload) }
}

private let nanoseconds = BenchmarkMetric.custom("Nanoseconds / event", useScalingFactor: false)

private func measure(_ workload: Workload) {
    // The hook at the end is not given what the one at the start returned.
    nonisolated(unsafe) var run: Workload.Run?
    nonisolated(unsafe) var scratch: Scratch?
    Benchmark(
        workload.name,
        configuration: Benchmark.Configuration(
            metrics: [nanoseconds, .wallClock, .peakMemoryResident], warmupIterations: 3, maxDuration: .seconds(1),
            maxIterations: 1_000),
        closure: { benchmark in
            guard let run else { return benchmark.error("not prepared") }
            try run.before()
            benchmark.startMeasurement()
            let elapsed = try ContinuousClock().measure(run.measured)
            benchmark.stopMeasurement()
            try run.after()
            benchmark.measurement(nanoseconds, Int(elapsed / .nanoseconds(workload.events)))
        },
        setup: {
            let directory = try Scratch(".benchmark-\(workload.name.hashValue)")
            scratch = directory
            run = try workload.prepare(directory)
        },
        teardown: {
            try run?.end()
            try scratch?.remove()
        })
}
