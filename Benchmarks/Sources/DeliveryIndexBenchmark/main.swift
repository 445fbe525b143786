import DeliveryIndex
import Storage

// Measures the delivery index alone: no log, no HTTP, one thread. Prints events a second.

/// Runs the body, which handles `events` events, 25 times; prints the best, which other work on the machine disturbed least.
func measure(_ name: String, events: Int, _ body: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<25 {
        let time = try clock.measure(body)
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
        best = min(best, seconds / Double(events))
    }
    let millions = (1e-6 / best * 100).rounded() / 100
    let nanoseconds = (best * 1e10).rounded() / 10
    print("\(name): \(millions) million events/s, \(nanoseconds) ns each")
}

let fileSystem = PosixFileSystem()
let directory = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "delivery-index-benchmark"
try fileSystem.createDirectory(directory)

/// An index of its own, with nothing in its window.
func makeIndex(_ subscription: UInt32) throws -> SubscriptionIndex {
    let identity = IndexIdentity(storeLow: 1, storeHigh: 2, topic: 3, subscription: subscription, incarnation: 5)
    var index = try SubscriptionIndex.open(
        IndexOptions(
            fileSystem: fileSystem, directory: "\(directory)/\(subscription)", identity: identity, bootIdentity: 1,
            freshEpoch: 1, start: 1, tail: 1, bootTime: 1_000_000_000, wallTime: 1_000_000_000,
            settings: IndexSettings(lockDurationMilliseconds: 60_000, maxDeliveryCount: 10)))
    index.finishRecovery()
    return index
}

/// Receives and acknowledges `events` new events, `batch` at a time, as two requests at a moment each 20 µs after the last.
func receiveAndAcknowledge(_ index: inout SubscriptionIndex, _ events: Int, batch: Int, now: inout UInt64) throws {
    var deliveries: [Delivery] = []
    let record = ByteBlock(capacity: 4_096)
    let tail = index.cursor + UInt64(events)
    for _ in 0..<events / batch {
        now += 20_000
        deliveries.removeAll(keepingCapacity: true)
        record.removeAll()
        _ = index.expire(now: now)
        let result = try index.receive(limit: batch, now: now, tail: tail, into: &deliveries, recordingTo: record)
        var settlement = index.settlement(.acknowledge, now: now)
        for delivery in deliveries {
            _ = index.beginSettling(index.token(of: delivery, lockedAt: result.lockedAt), into: &settlement, now: now)
        }
        settlement.append(to: record)
        index.finish(settlement, now: now)
    }
}

let events = 200_000
do {
    var index = try makeIndex(1)
    var now: UInt64 = 1_000_000_000
    for batch in [100, 10, 1] {
        try measure("receive and acknowledge, \(batch) at a time", events: events) {
            try receiveAndAcknowledge(&index, events, batch: batch, now: &now)
        }
    }
}
for held in [1_000, 1_000_000] {
    var index = try makeIndex(UInt32(held))
    var now: UInt64 = 1_000_000_000
    var deliveries: [Delivery] = []
    for _ in 0..<held / 100 {
        _ = try index.receive(limit: 100, now: now, tail: .max, into: &deliveries)
    }
    try measure("the same, 100 at a time, with \(held) events locked by others", events: events) {
        try receiveAndAcknowledge(&index, events, batch: 100, now: &now)
    }
}
do {
    var index = try makeIndex(2)
    var deliveries: [Delivery] = []
    for _ in 0..<10_000 {
        _ = try index.receive(limit: 100, now: 1_000_000_000, tail: .max, into: &deliveries)
    }
    var left = 1_000_000
    measure("expired, of a million locks with one deadline", events: 40_000) {
        // Each round takes its share, so that 25 of them see all.
        left -= index.expire(now: 62_000_000_000, limit: 40_000).madeAvailable
    }
    precondition(left == 0 && index.availableCount == 1_000_000, "a lock was lost")
    let block = ByteBlock(capacity: 1 << 20)
    measure("written into a checkpoint", events: 1_000_000) {
        block.removeAll()
        index.appendCheckpoint(to: block, now: 62_000_000_000, wallTime: 0)
    }
}
do {
    let coder = LockTokenCoder(key: (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908))
    let block = ByteBlock(capacity: LockTokenCoder.length + 2)
    var token = LockToken(sequence: 1, subscription: 2, epoch: 3, incarnation: 4, lockedAt: 5, generation: 6)
    var refused = 0
    measure("lock token written and read", events: events) {
        for _ in 0..<events {
            token.sequence += 1
            block.removeAll()
            coder.append(token, to: block)
            if coder.decode(block.bytes) == nil { refused += 1 }
        }
    }
    precondition(refused == 0, "a genuine token was refused")
}
