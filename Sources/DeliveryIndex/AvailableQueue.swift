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

    /// How many sequences are in it. O(runs).
    var count: Int { runs.reduce(0) { $0 + Int($1.count) } }

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
