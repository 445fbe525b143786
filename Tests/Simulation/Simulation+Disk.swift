import Gridlog
import Storage
import TestSupport

/// Faults of the disk, which the broker must survive.
extension Simulation {
    /// The kernel writes pages back by itself.
    func writeBackSome() {
        trace.add("the kernel writes some pages back")
        disk.writeBackSome()
    }

    /// One of the next calls fails once; most often a write or a sync.
    func failSomeCall() {
        let call =
            chance(2, in: 3)
            ? pick([.write, .synchronize]) : pick(DiskCall.allCases.filter { $0 != .lock })
        guard let call else { return }
        let after = number(0...12)
        let isShort = call == .write && chance(1, in: 2)
        trace.add("\(call) fails after \(after) more\(isShort ? ", half done" : "")")
        disk.fail(call, after: after, isShort ? .short(.inputOutput) : .error(.inputOutput))
        isFaulty = true
    }

    /// The process, or the machine, ends inside one of the next calls.
    func crashAtSomeCall() {
        let calls = number(0...40)
        trace.add("the end comes after \(calls) more disk calls")
        disk.powerOff(afterCalls: calls)
        isFaulty = true
    }

    /// The disk is as good as full, or has room again.
    func changeFreeSpace() throws {
        if disk.spaceLimit == nil {
            let blocks = pick([0, 1, 4, 16, 40]) ?? 0
            trace.add("\(blocks) blocks are free")
            isStrained = true
            disk.spaceLimit = disk.usedBytes + blocks * 4_096
        } else {
            try makeSpace()
        }
    }

    /// There is room again, and every topic takes events without a restart (R37).
    func makeSpace() throws {
        trace.add("the disk has room")
        disk.spaceLimit = nil
        guard !isFaulty, !disk.isOff else { return }
        isOpenedFull = false
        for topic in broker?.topics ?? [] {
            try runCommitter()
            let before = model.topics[topic.name]?.events.count ?? 0
            publish(to: topic, topic.name)
            try runCommitter()
            try demand(
                model.topics[topic.name]?.events.count ?? 0 > before,
                "\(topic.name) refuses events though there is room")
        }
    }

    /// A full disk, and consumers that go on: what they do fills one segment after the other.
    func liveOnFullDisk() throws {
        guard disk.spaceLimit == nil, let (place, subscription) = pickSubscription() else { return }
        trace.add("the disk is full")
        isStrained = true
        disk.spaceLimit = disk.usedBytes + 4_096 * number(0...2)
        for _ in 0..<number(5...30) {
            publish()
            guard let tokens = try receive(pick([1, 10, 100]) ?? 1, from: subscription, at: place) else { break }
            for token in tokens {
                let isKept = token.sequence % 3 != 0
                settle(isKept ? .release(.none) : .acknowledge, [token], on: subscription, at: place)
            }
            if tokens.isEmpty { clock.advance(by: .seconds(number(1...100))) }
            try runCommitter()
            guard !disk.isOff else { return }
        }
        if chance(2, in: 3) { try makeSpace() }
    }

    /// What the reserve is promised for (EventLog/FORMAT.md section 6): a checkpoint that is no longer than one of its files.
    func stateFitsReserve(of topic: String) -> Bool {
        let subscriptions = (model.topics[topic]?.subscriptions ?? [:]).values
        let runs = subscriptions.reduce(0) { $0 + $1.slots.count + $1.unpromised.count }
        return 10 * runs + 1_000 < segmentBytes.lowerBound / 2
    }

    /// Counts what shows only in the calls of the disk.
    func countDiskCalls() {
        let history = disk.history
        for (call, path) in history.dropFirst(callsSeen) where call == .rename {
            if path.hasSuffix(".packing") { result.packed += 1 }
            if path.contains("/reserve-") { result.reserveRolls += 1 }
        }
        callsSeen = history.count
    }
}
