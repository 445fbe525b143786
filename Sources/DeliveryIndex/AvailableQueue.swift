import DequeModule

/// Sequences to be received again, in the order in which they became available, as runs.
///
/// A sequence is in it exactly once from when its slot becomes available until it is taken, but for those that retention
/// settled meanwhile: whoever takes one looks at its slot.
struct AvailableQueue {
    struct Run {
        var first: UInt64
        var count: UInt32
    }

    private var runs = Deque<Run>()

    var isEmpty: Bool { runs.isEmpty }

    /// Takes out what lies below a sequence, up to a number, and leaves the others in their order. O(runs).
    mutating func takeAll(below bound: UInt64, atMost limit: Int) -> [Run] {
        var taken: [Run] = []
        var left = limit
        var kept = Deque<Run>()
        for run in runs {
            let below = run.first < bound ? min(UInt64(run.count), bound - run.first, UInt64(left)) : 0
            if below > 0 { taken.append(Run(first: run.first, count: UInt32(below))) }
            if below < run.count { kept.append(Run(first: run.first + below, count: run.count - UInt32(below))) }
            left -= Int(below)
        }
        runs = kept
        return taken
    }

    /// Adds a sequence at the end.
    mutating func append(_ sequence: UInt64) {
        if let last = runs.last, last.first + UInt64(last.count) == sequence, last.count < .max {
            runs[runs.count - 1].count += 1
        } else {
            runs.append(Run(first: sequence, count: 1))
        }
    }

    /// Takes the sequence at the head.
    mutating func popFirst() -> UInt64? {
        guard let run = runs.first else { return nil }
        if run.count == 1 {
            runs.removeFirst()
        } else {
            runs[0].first += 1
            runs[0].count -= 1
        }
        return run.first
    }

    /// Every sequence in it. For checks.
    var sequences: [UInt64] {
        runs.flatMap { Array($0.first..<$0.first + UInt64($0.count)) }
    }
}
