extension Workload {
    /// Receiving and acknowledging in the index, without the log.
    static let delivering = [
        Workload("receive: 100 at a time", events: 10_000) { scratch in
            let index = try BenchmarkIndex(scratch, "receive")
            return Run(
                measured: {
                    for _ in 0..<100 { try index.receive(100) }
                    try WrongOutcome.unless(index.index.lockedCount == 10_000, "events were not received")
                },
                after: {
                    // Settles all, so that each run finds the same: locks run out, and what is available again is acknowledged.
                    index.now += BenchmarkIndex.lockNanoseconds + 1_000_000
                    while index.index.lockedCount + index.index.availableCount > 0 {
                        try index.receive(100)
                        try index.acknowledge()
                    }
                },
                end: { try index.remove() })
        },
        Workload("acknowledge: 100 at a time", events: 100) { scratch in
            let index = try BenchmarkIndex(scratch, "acknowledge")
            return Run(
                before: { try index.receive(100) },
                measured: { try index.acknowledge() },
                end: { try index.remove() })
        },
        receiveAndAcknowledge(100),
        receiveAndAcknowledge(10),
        receiveAndAcknowledge(1),
        receiveAndAcknowledge(100, locked: 1_000_000, ", 1 million locked by others"),
    ]

    private static func receiveAndAcknowledge(_ batch: Int, locked: Int = 0, _ suffix: String = "") -> Workload {
        Workload("receive and acknowledge: \(batch) at a time\(suffix)", events: 10_000) { scratch in
            let index = try BenchmarkIndex(scratch, "both")
            try index.lock(locked)
            return Run(
                measured: {
                    for _ in 0..<10_000 / batch {
                        try index.receive(batch)
                        try index.acknowledge()
                    }
                },
                after: { try WrongOutcome.unless(index.index.lockedCount == locked, "events were not settled") },
                end: { try index.remove() })
        }
    }
}
