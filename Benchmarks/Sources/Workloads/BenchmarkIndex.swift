import DeliveryIndex
import Storage

/// The index of a subscription, with the time, and the steps that requests take on it.
final class BenchmarkIndex {
    var index: SubscriptionIndex
    /// Boot time in nanoseconds.
    var now: UInt64 = 1_000_000_000
    /// Of the last receive.
    private(set) var deliveries: [Delivery] = []
    private var lockedAt: UInt32 = 0
    private let record = ByteBlock(capacity: 4_096)
    private let scratch: Scratch
    private let name: String

    static let lockNanoseconds: UInt64 = 60_000_000_000

    /// - Parameter tail: past the last sequence that a recovery may find; 1 for an index without a past, ready to be used.
    init(_ scratch: Scratch, _ name: String, recoversTo tail: UInt64 = 1) throws {
        self.scratch = scratch
        self.name = name
        index = try SubscriptionIndex.open(
            IndexOptions(
                fileSystem: scratch.disk, directory: scratch.path(name),
                identity: IndexIdentity(storeLow: 1, storeHigh: 2, topic: 3, subscription: 4, incarnation: 5),
                bootIdentity: 1, freshEpoch: 1, start: 1, tail: tail, bootTime: now, wallTime: now,
                settings: IndexSettings(lockDurationMilliseconds: 60_000, maxDeliveryCount: 10)))
        if tail == 1 { index.finishRecovery() }
    }

    func remove() throws {
        try scratch.remove(name)
    }

    /// Receives new events, as a request 20 µs after the last.
    func receive(_ count: Int) throws {
        now += 20_000
        deliveries.removeAll(keepingCapacity: true)
        record.removeAll()
        _ = index.expire(now: now)
        let result = try index.receive(limit: count, now: now, tail: .max, into: &deliveries, recordingTo: record)
        lockedAt = result.lockedAt
    }

    /// Acknowledges what the last receive handed out, as a request 20 µs after it.
    func acknowledge() throws {
        now += 20_000
        record.removeAll()
        let settled = acknowledge(&index)
        try WrongOutcome.unless(settled == deliveries.count, "events were not settled")
    }

    /// One access to the index for all events, as the broker makes it under its lock.
    private func acknowledge(_ index: inout SubscriptionIndex) -> Int {
        let (now, lockedAt) = (now, lockedAt)
        _ = index.expire(now: now)
        var settlement = index.settlement(.acknowledge, now: now)
        for delivery in deliveries {
            _ = index.beginSettling(index.token(of: delivery, lockedAt: lockedAt), into: &settlement, now: now)
        }
        settlement.append(to: record)
        index.finish(settlement, now: now)
        return settlement.count
    }

    /// Locks new events whose tokens nobody keeps.
    func lock(_ count: Int) throws {
        deliveries.removeAll(keepingCapacity: true)
        for _ in 0..<count / 100 { _ = try index.receive(limit: 100, now: now, tail: .max, into: &deliveries) }
    }
}
