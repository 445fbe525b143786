import DeliveryIndex
import Storage
import TestSupport

/// One index on a simulated disk with a clock to turn and a log in memory, in the role of the broker.
final class IndexHarness {
    /// One delivery in a receiver's hands.
    struct Held: Hashable {
        var token: LockToken
        var deliveryCount: Int

        var sequence: UInt64 { token.sequence }
    }

    static let directory = "subscription"

    var disk: SimulatedDisk
    let clock: ManualClock
    var identity: IndexIdentity
    var settings: IndexSettings
    /// The first sequence not published yet.
    var tail: UInt64
    /// The epoch of the next rebuilt index.
    var freshEpoch: UInt32 = 1
    /// Its parts in order.
    var checkpoint: [[UInt8]] = []
    /// Settlement payloads since the checkpoint.
    var log: [[UInt8]] = []
    var index: SubscriptionIndex

    init(
        events: UInt64 = 0, lockSeconds: UInt64 = 60, maxDeliveryCount: Int = 10, disk: SimulatedDisk = SimulatedDisk(),
        identity: IndexIdentity = IndexIdentity(storeLow: 1, storeHigh: 2, topic: 3, subscription: 4, incarnation: 5)
    ) throws {
        self.disk = disk
        self.identity = identity
        clock = ManualClock()
        tail = events + 1
        settings = IndexSettings(lockDurationMilliseconds: lockSeconds * 1_000, maxDeliveryCount: maxDeliveryCount)
        index = try Self.open(disk, clock, identity, settings, tail: tail, epoch: 1)
        index.finishRecovery()
    }

    private static func open(
        _ disk: SimulatedDisk, _ clock: ManualClock, _ identity: IndexIdentity, _ settings: IndexSettings,
        tail: UInt64, epoch: UInt32
    ) throws -> SubscriptionIndex {
        try SubscriptionIndex.open(
            IndexOptions(
                fileSystem: disk, directory: directory, identity: identity, bootIdentity: clock.bootIdentity,
                freshEpoch: epoch, start: 1, tail: tail, bootTime: clock.bootTime, wallTime: clock.wallTime,
                settings: settings))
    }

    var now: UInt64 { clock.bootTime }

    // MARK: - Recovery

    /// The process is killed; another opens the index and replays the log.
    func kill() throws {
        disk.processDied()
        try reopen()
    }

    /// The power fails; what was not synced is lost as the survival says.
    func powerCut(_ survival: Survival = .everything) throws {
        disk = disk.powerCut(survival)
        clock.reboot()
        try reopen()
    }

    func reopen() throws {
        freshEpoch += 1
        index = try Self.open(disk, clock, identity, settings, tail: tail, epoch: freshEpoch)
        if case .rebuilt = index.origin {
            for part in checkpoint { try index.restore(part.span.bytes) }
        }
        for payload in log { try replay(payload) }
        index.finishRecovery()
    }

    func replay(_ payload: [UInt8]) throws {
        for group in try SettlementGroup.groups(in: payload.span.bytes)
        where group.subscription == identity.subscription {
            try index.replay(group, in: payload.span.bytes)
        }
    }

    /// Writes a checkpoint and forgets the settlements before it.
    func takeCheckpoint(partBytes: Int = Checkpoint.partBytes) {
        var parts: [ByteBlock] = []
        index.writeCheckpoint(now: now, wallTime: clock.wallTime, partBytes: partBytes) {
            parts.append(ByteBlock(capacity: 64))
            return parts[parts.count - 1]
        }
        checkpoint = parts.map { $0.bytes.array() }
        log = []
    }

    // MARK: - Operations, as a broker makes them

    @discardableResult
    func expire() -> Int {
        var available = 0
        while true {
            let result = index.expire(now: now)
            available += result.madeAvailable
            if !result.moreDue { break }
        }
        commitDrops()
        return available
    }

    func commitDrops() {
        guard let drops = index.takeDrops() else { return }
        append(drops)
        index.finish(drops, now: now)
    }

    func receive(_ limit: Int = 1) throws -> [Held] {
        try receive(limit) { _ in .deliver }
    }

    func receive(_ limit: Int, match: (UInt64) -> MatchResult) throws -> [Held] {
        expire()
        var deliveries: [Delivery] = []
        let record = ByteBlock(capacity: 64)
        var result: ReceiveResult
        repeat {
            result = try index.receive(
                limit: limit - deliveries.count, now: now, tail: tail, into: &deliveries, recordingTo: record,
                match: match)
        } while result.moreToExamine
        if record.count > 0 { log.append(record.bytes.array()) }
        commitDrops()
        return deliveries.map {
            Held(token: index.token(of: $0, lockedAt: result.lockedAt), deliveryCount: Int($0.deliveryCount))
        }
    }

    /// Begins a settlement and leaves it under way.
    func begin(_ operation: SettleOperation, _ tokens: [LockToken]) -> (
        settlement: Settlement, outcomes: [TokenOutcome]
    ) {
        var settlement = index.settlement(operation, now: now)
        var outcomes: [TokenOutcome] = []
        for token in tokens { outcomes.append(index.beginSettling(token, into: &settlement, now: now)) }
        return (settlement, outcomes)
    }

    func append(_ settlement: Settlement) {
        let block = ByteBlock(capacity: 64)
        settlement.append(to: block)
        log.append(block.bytes.array())
    }

    @discardableResult
    func settle(_ operation: SettleOperation, _ tokens: [LockToken]) -> [TokenOutcome] {
        expire()
        let (settlement, outcomes) = begin(operation, tokens)
        if !settlement.isEmpty { append(settlement) }
        index.finish(settlement, now: now)
        return outcomes
    }

    @discardableResult
    func acknowledge(_ held: [Held]) -> [TokenOutcome] { settle(.acknowledge, held.map(\.token)) }

    @discardableResult
    func reject(_ held: [Held]) -> [TokenOutcome] { settle(.reject, held.map(\.token)) }

    @discardableResult
    func release(_ held: [Held], seconds: UInt64 = 0) -> [TokenOutcome] {
        settle(.release(delayMilliseconds: seconds * 1_000, wallTime: clock.wallTime), held.map(\.token))
    }

    func check(_ held: Held) -> TokenOutcome { index.check(held.token, now: now) }
    func renew(_ held: Held) -> TokenOutcome { index.renew(held.token, now: now) }
    func state(_ sequence: UInt64) -> SlotState { index.state(of: sequence) }
    func takeDrops() -> Settlement? { index.takeDrops() }
    var origin: IndexOrigin { index.origin }
}
