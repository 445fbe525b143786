import Storage

/// Where the runs of one subscription lie in a settlement payload (FORMAT.md section 5).
public struct SettlementGroup: Hashable, Sendable {
    /// The event subscription that the runs are for.
    public let subscription: UInt32
    /// How many runs there are.
    public let count: Int
    /// Where the first run begins.
    let offset: Int

    /// The groups of a payload, whose runs are all checked. O(bytes).
    ///
    /// - Throws: ``RecordFault`` for any bytes that do not follow the format; never traps, and allocates no more than the bytes
    ///   given can name.
    public static func groups(in payload: RawSpan) throws(RecordFault) -> [SettlementGroup] {
        var groups: [SettlementGroup] = []
        var offset = 0
        while offset < payload.byteCount {
            guard payload.byteCount - offset >= 8 else {
                throw RecordFault(message: "a settlement group is cut short", offset: offset)
            }
            let group = SettlementGroup(
                subscription: payload.load(offset, as: UInt32.self),
                count: Int(payload.load(offset + 4, as: UInt32.self)),
                offset: offset + 8)
            guard group.count <= (payload.byteCount - group.offset) / SettlementRun.size else {
                throw RecordFault(message: "a settlement group names more runs than there are bytes", offset: offset)
            }
            for index in 0..<group.count { _ = try group.run(index, in: payload) }
            offset = group.offset + group.count * SettlementRun.size
            groups.append(group)
        }
        return groups
    }

    /// All runs, in their order. O(runs).
    package func runs(in payload: RawSpan) throws(RecordFault) -> [SettlementRun] {
        var runs: [SettlementRun] = []
        for index in 0..<count { runs.append(try run(index, in: payload)) }
        return runs
    }

    /// One of the runs. O(1).
    func run(_ index: Int, in payload: RawSpan) throws(RecordFault) -> SettlementRun {
        let start = offset + index * SettlementRun.size
        guard index >= 0, index < count, start <= payload.byteCount - SettlementRun.size else {
            throw RecordFault(message: "a settlement run lies outside of its payload", offset: start)
        }
        guard let operation = SettlementRun.Operation(rawValue: payload.load(start + 12, as: UInt8.self)) else {
            throw RecordFault(message: "a settlement run has an unknown operation", offset: start + 12)
        }
        let run = SettlementRun(
            first: payload.load(start, as: UInt64.self),
            count: payload.load(start + 8, as: UInt32.self),
            operation: operation,
            deliveryCount: min(payload.load(start + 14, as: UInt16.self), UInt16(Slot.deliveryCountMax)),
            until: payload.load(start + 16, as: UInt64.self))
        guard run.count > 0, run.first <= .max - UInt64(run.count) else {
            throw RecordFault(message: "a settlement run names no sequences", offset: start)
        }
        guard payload.load(start + 13, as: UInt8.self) == run.reason?.rawValue ?? 0 else {
            throw RecordFault(message: "a settlement run's reason does not fit its operation", offset: start + 13)
        }
        return run
    }
}
