import DeliveryIndex
import Storage

extension Workload {
    /// Rebuilding an index from the log's settlements after the power failed.
    static let replaying = [
        replay("settlements of 100 events in a row", stride: 1),
        replay("settlements of events here and there", stride: 7),
    ]

    /// - Parameter stride: how far apart the sequences are that are settled together; 1 for those in a row.
    private static func replay(_ name: String, stride: Int) -> Workload {
        let events = 28_000
        return Workload("replay: \(name)", events: events) { scratch in
            let records = try settlements(scratch, events, stride)
            var index: BenchmarkIndex?
            return Run(
                before: { index = try BenchmarkIndex(scratch, "replay", recoversTo: UInt64(events) + 1) },
                measured: {
                    guard let index else { return }
                    for record in records {
                        for group in try SettlementGroup.groups(in: record.bytes) {
                            try index.index.replay(group, in: record.bytes)
                        }
                    }
                    index.index.finishRecovery()
                },
                after: {
                    try WrongOutcome.unless(index?.index.floor == UInt64(events) + 1, "settlements were not replayed")
                    try index?.remove()
                    index = nil
                })
        }
    }

    /// The records of acknowledging all events, 100 a record.
    private static func settlements(_ scratch: Scratch, _ events: Int, _ stride: Int) throws -> [ByteBlock] {
        let source = try BenchmarkIndex(scratch, "settled")
        try source.lock(events)
        var records: [ByteBlock] = []
        for offset in 0..<stride {
            for start in Swift.stride(from: offset, to: events, by: stride * 100) {
                var settlement = source.index.settlement(.acknowledge, now: source.now)
                for place in Swift.stride(from: start, to: min(events, start + stride * 100), by: stride) {
                    let delivery = source.deliveries[place]
                    let token = source.index.token(of: delivery, lockedAt: UInt32(source.now / 1_000_000))
                    _ = source.index.beginSettling(token, into: &settlement, now: source.now)
                }
                let record = ByteBlock(capacity: 64)
                settlement.append(to: record)
                records.append(record)
            }
        }
        try source.remove()
        return records
    }
}
