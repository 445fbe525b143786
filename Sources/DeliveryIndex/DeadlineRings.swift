/// All deadlines of an index: locks and delays, in as few rings as keep each in order.
///
/// A lock's duration and the release delays come from a small set, and deadlines of one duration come in order. So a deadline goes
/// to the ring with the latest tail that is not after it; there are then never more rings than distinct durations still
/// running, also while a changed lock duration drains.
struct DeadlineRings {
    private var rings: [DeadlineRing] = []
    /// The earliest deadline in boot milliseconds, `.max` if there is none. Its entry may be stale.
    private(set) var earliest = UInt64.max

    /// How many sequences all entries name, and how many entries there are.
    var covered: Int { rings.reduce(0) { $0 + $1.covered } }
    var entries: Int { rings.reduce(0) { $0 + $1.count } }
    var count: Int { rings.count }
    /// Every entry. For checks.
    var all: [DeadlineRing.Entry] { rings.flatMap { $0.all } }

    /// Adds a run that comes due at `deadline`. O(rings).
    mutating func append(
        deadline: UInt64, first: UInt64, count: UInt32, isAlive: (_ sequence: UInt64, _ deadline: UInt64) -> Bool
    ) {
        var best = -1
        var bestTail: UInt64 = 0
        for (index, ring) in rings.enumerated() where ring.tail <= deadline && (best < 0 || ring.tail > bestTail) {
            best = index
            bestTail = ring.tail
        }
        if best < 0 {
            best = rings.count
            rings.append(DeadlineRing())
        }
        rings[best].append(DeadlineRing.Entry(deadline: deadline, first: first, count: count))
        rings[best].sweep(4 * Int(count) + 16, isAlive)
        findEarliest()
    }

    /// Takes at most `limit` sequences of the earliest entry, if that is due at `milliseconds`.
    mutating func takeDue(at milliseconds: UInt64, limit: Int) -> DeadlineRing.Entry? {
        guard earliest <= milliseconds else { return nil }
        return takeEarliest(limit)
    }

    /// Takes at most `limit` sequences of the earliest entry.
    mutating func takeEarliest(_ limit: Int) -> DeadlineRing.Entry? {
        guard let index = rings.firstIndex(where: { $0.head == earliest }) else { return nil }
        let entry = rings[index].takeFirst(limit)
        headChanged(index)
        return entry
    }

    /// Drops stale sequences from the earliest entry, until one is alive or `limit` were looked at.
    mutating func dropStaleHead(_ limit: Int, _ isAlive: (_ sequence: UInt64, _ deadline: UInt64) -> Bool) {
        var left = limit
        while left > 0, let index = rings.firstIndex(where: { $0.head == earliest }) {
            let dropped = rings[index].dropStaleHead(left, isAlive)
            guard dropped > 0 else { return }
            left -= dropped
            headChanged(index)
        }
    }

    private mutating func headChanged(_ index: Int) {
        if rings[index].isEmpty, rings.count > Self.emptyRingsKept { rings.remove(at: index) }
        findEarliest()
    }

    /// Sets ``earliest`` to the head of a ring, which a sweep may have moved on.
    private mutating func findEarliest() {
        var first = UInt64.max
        for ring in rings { first = min(first, ring.head ?? .max) }
        earliest = first
    }

    /// Empty rings beyond so many are given back.
    private static let emptyRingsKept = 4

    /// Forgets everything; right only when nothing is locked, delayed or settling.
    mutating func removeAll() {
        guard earliest != .max else { return }
        for index in rings.indices { rings[index].removeAll() }
        earliest = .max
    }
}
