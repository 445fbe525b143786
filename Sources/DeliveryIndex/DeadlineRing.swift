import DequeModule

/// Deadlines in the order in which they come, each for a run of sequences.
///
/// Entries are not taken out when a slot is settled or renewed: they act only on slots whose own due time is still theirs, so a
/// stale one dies when it comes due or when it is swept. A sweep moves entries from `unswept` to `swept`, a few at each
/// append, and keeps only what is alive. It begins when the ring covers twice what was alive after the last one, so the
/// ring never covers more than about three times that, plus ``sweepFloor``: 10 million renewals of one lock stay within it.
struct DeadlineRing {
    struct Entry {
        /// Boot time in milliseconds, whole; slots hold its low 32 bits.
        var deadline: UInt64
        var first: UInt64
        var count: UInt32

        var end: UInt64 { first + UInt64(count) }
    }

    /// A ring that covers fewer sequences than this is not swept.
    static let sweepFloor = 4_096

    /// Earlier than all of `unswept`.
    private var swept = Deque<Entry>()
    private var unswept = Deque<Entry>()
    private var isSweeping = false
    private var sweepAt = Self.sweepFloor

    /// How many sequences the entries name.
    private(set) var covered = 0
    /// The latest deadline in it; 0 when it is empty.
    private(set) var tail: UInt64 = 0

    var isEmpty: Bool { swept.isEmpty && unswept.isEmpty }

    /// How many entries there are.
    var count: Int { swept.count + unswept.count }

    /// Every entry, in order. For checks.
    var all: [Entry] { Array(swept) + Array(unswept) }

    /// The earliest deadline.
    var head: UInt64? { (swept.first ?? unswept.first)?.deadline }

    /// Adds a run at the end. `deadline` is not below ``tail``.
    mutating func append(_ entry: Entry) {
        precondition(entry.deadline >= tail, "a deadline ring is in order")
        tail = entry.deadline
        unswept.append(entry)
        covered += Int(entry.count)
        if covered >= sweepAt { isSweeping = true }
    }

    /// Takes the first `limit` sequences of the earliest entry.
    mutating func takeFirst(_ limit: Int) -> Entry? {
        if swept.isEmpty {
            guard !unswept.isEmpty else { return nil }
            defer { if unswept.isEmpty { tail = 0 } }
            return Self.take(limit, from: &unswept, &covered)
        }
        defer { if isEmpty { tail = 0 } }
        return Self.take(limit, from: &swept, &covered)
    }

    /// Drops sequences of the earliest entry until one is alive, at most `limit`. Returns how many.
    mutating func dropStaleHead(
        _ limit: Int, _ isAlive: (_ sequence: UInt64, _ deadline: UInt64) -> Bool
    ) -> Int {
        guard let entry = swept.first ?? unswept.first else { return 0 }
        let end = entry.first + UInt64(min(Int(entry.count), limit))
        var sequence = entry.first
        while sequence < end, !isAlive(sequence, entry.deadline) { sequence += 1 }
        let dropped = Int(sequence - entry.first)
        if dropped > 0 { _ = takeFirst(dropped) }
        return dropped
    }

    /// Forgets everything and keeps the room.
    mutating func removeAll() {
        swept.removeAll(keepingCapacity: swept.count < Self.sweepFloor)
        unswept.removeAll(keepingCapacity: unswept.count < Self.sweepFloor)
        isSweeping = false
        sweepAt = Self.sweepFloor
        covered = 0
        tail = 0
    }

    private static func take(_ limit: Int, from queue: inout Deque<Entry>, _ covered: inout Int) -> Entry {
        var entry = queue[0]
        if Int(entry.count) <= limit {
            queue.removeFirst()
        } else {
            queue[0].first += UInt64(limit)
            queue[0].count -= UInt32(limit)
            entry.count = UInt32(limit)
        }
        covered -= Int(entry.count)
        return entry
    }

    /// Continues a sweep that is due, over at most `limit` sequences.
    mutating func sweep(_ limit: Int, _ isAlive: (_ sequence: UInt64, _ deadline: UInt64) -> Bool) {
        guard isSweeping else { return }
        var left = limit
        while left > 0 {
            guard !unswept.isEmpty else { return finishSweep() }
            let entry = Self.take(left, from: &unswept, &covered)
            left -= Int(entry.count)
            var alive = Entry(deadline: entry.deadline, first: entry.first, count: 0)
            for sequence in entry.first..<entry.end {
                if isAlive(sequence, entry.deadline) {
                    alive.count += 1
                } else {
                    keep(alive)
                    alive = Entry(deadline: entry.deadline, first: sequence + 1, count: 0)
                }
            }
            keep(alive)
        }
    }

    private mutating func keep(_ entry: Entry) {
        guard entry.count > 0 else { return }
        covered += Int(entry.count)
        if let last = swept.last, last.deadline == entry.deadline, last.end == entry.first {
            swept[swept.count - 1].count += entry.count
        } else {
            swept.append(entry)
        }
    }

    private mutating func finishSweep() {
        isSweeping = false
        swap(&swept, &unswept)
        sweepAt = Self.sweepFloor + 2 * covered
        if isEmpty { tail = 0 }
    }
}
