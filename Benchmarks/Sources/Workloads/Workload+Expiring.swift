import DeliveryIndex
import Storage

extension Workload {
    /// What happens to many locks at once.
    static let expiring = [
        Workload("expiry: 40,000 locks with one deadline", events: 40_000) { scratch in
            let index = try BenchmarkIndex(scratch, "expiry")
            return Run(
                before: { try index.lock(40_000) },
                measured: {
                    index.now += BenchmarkIndex.lockNanoseconds + 1_000_000
                    let expired = index.index.expire(now: index.now).madeAvailable
                    try WrongOutcome.unless(expired == 40_000, "locks were lost")
                },
                after: {
                    while index.index.availableCount > 0 {
                        try index.receive(100)
                        try index.acknowledge()
                    }
                },
                end: { try index.remove() })
        },
        Workload("checkpoint: 100,000 events available again", events: 100_000) { scratch in
            let index = try BenchmarkIndex(scratch, "checkpoint")
            try index.lock(100_000)
            index.now += BenchmarkIndex.lockNanoseconds + 1_000_000
            while index.index.expire(now: index.now).moreDue {}
            let block = ByteBlock(capacity: 1 << 20)
            return Run(
                before: { block.removeAll() },
                measured: { index.index.writeCheckpoint(now: index.now, wallTime: 0) { block } },
                after: { try WrongOutcome.unless(block.count > 0, "no checkpoint was written") },
                end: { try index.remove() })
        },
    ]
}
