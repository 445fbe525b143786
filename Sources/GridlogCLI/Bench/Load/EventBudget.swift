import Synchronization

/// The events that the connections of a run may still publish or receive, together. From any thread.
final class EventBudget: Sendable {
    private let remaining: Atomic<Int>
    private let numbered = Atomic<Int>(0)

    /// - Parameter events: how many there are; nil when only the time ends the run.
    init(_ events: Int?) {
        remaining = Atomic(events ?? .max / 2)
    }

    /// Takes up to `wanted` events; 0 when none is left.
    func take(_ wanted: Int) -> Int {
        var seen = remaining.load(ordering: .relaxed)
        while seen > 0 {
            let taken = min(wanted, seen)
            let (exchanged, original) = remaining.weakCompareExchange(
                expected: seen, desired: seen - taken, ordering: .relaxed)
            if exchanged { return taken }
            seen = original
        }
        return 0
    }

    /// Events that were taken, and not published or not received.
    func giveBack(_ count: Int) {
        if count > 0 { remaining.add(count, ordering: .relaxed) }
    }

    /// The first of `count` numbers that no other event of the run has.
    func number(_ count: Int) -> Int {
        numbered.add(count, ordering: .relaxed).oldValue % PublishRequest.numberMax
    }

    /// Every event is taken.
    var isEmpty: Bool { remaining.load(ordering: .relaxed) <= 0 }
}
