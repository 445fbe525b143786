import DequeModule

/// Who waits, in the order in which they came. Joining, leaving and waking are O(1), amortised.
struct WaiterQueue {
    private var waiting: [ObjectIdentifier: UInt64] = [:]
    /// May hold those who left; their ticket is not in `waiting` any more.
    private var order: Deque<(waiter: any ReceiveWaiter, ticket: UInt64)> = []
    private var nextTicket: UInt64 = 0

    var isEmpty: Bool { waiting.isEmpty }

    mutating func join(_ waiter: any ReceiveWaiter) {
        nextTicket += 1
        waiting[ObjectIdentifier(waiter)] = nextTicket
        order.append((waiter, nextTicket))
    }

    /// - Returns: false when it was woken already, or never waited.
    mutating func leave(_ waiter: any ReceiveWaiter) -> Bool {
        guard waiting.removeValue(forKey: ObjectIdentifier(waiter)) != nil else { return false }
        if order.count > 64, order.count > 2 * waiting.count {
            order.removeAll { waiting[ObjectIdentifier($0.waiter)] != $0.ticket }
        }
        return true
    }

    /// Everybody, in the order in which they came.
    mutating func removeAll() -> [any ReceiveWaiter] {
        var all: [any ReceiveWaiter] = []
        while let waiter = next() { all.append(waiter) }
        return all
    }

    /// The one who has waited longest.
    mutating func next() -> (any ReceiveWaiter)? {
        while let first = order.popFirst() {
            let id = ObjectIdentifier(first.waiter)
            guard waiting[id] == first.ticket else { continue }
            waiting[id] = nil
            return first.waiter
        }
        return nil
    }
}
