/// A table that forgets what was not used for the longest time, so that the costs of its values stay within a bound.
///
/// Every step is O(1), but for forgetting, which is O(values forgotten).
struct RecentlyUsed<Key: Hashable, Value> {
    private struct Node {
        var key: Key
        var value: Value?
        var cost: Int
        var newer: Int?
        var older: Int?
    }

    private var nodes: [Node] = []
    private var free: [Int] = []
    private var positions: [Key: Int] = [:]
    private var newest: Int?
    private var oldest: Int?
    /// What all values cost together; never above the bound.
    private(set) var cost = 0
    private let costMax: Int

    init(costMax: Int) {
        self.costMax = costMax
    }

    var count: Int { positions.count }

    /// The value of a key, which is now the one that was used last.
    mutating func use(_ key: Key) -> Value? {
        guard let position = positions[key] else { return nil }
        if newest != position {
            unlink(position)
            linkAsNewest(position)
        }
        return nodes[position].value
    }

    /// Adds a value under a key that has none. One that costs more than the bound is not kept.
    ///
    /// - Returns: what was forgotten for it, so that the caller can let it go outside of a lock.
    mutating func insert(_ value: Value, _ key: Key, cost valueCost: Int) -> [Value] {
        guard valueCost <= costMax, positions[key] == nil else { return [] }
        var forgotten: [Value] = []
        while cost + valueCost > costMax, let position = oldest {
            if let value = remove(position) { forgotten.append(value) }
        }
        let node = Node(key: key, value: value, cost: valueCost)
        let position: Int
        if let reused = free.popLast() {
            position = reused
            nodes[position] = node
        } else {
            position = nodes.count
            nodes.append(node)
        }
        positions[key] = position
        cost += valueCost
        linkAsNewest(position)
        return forgotten
    }

    private mutating func remove(_ position: Int) -> Value? {
        unlink(position)
        positions[nodes[position].key] = nil
        cost -= nodes[position].cost
        free.append(position)
        let value = nodes[position].value
        nodes[position].value = nil
        return value
    }

    private mutating func unlink(_ position: Int) {
        let (newer, older) = (nodes[position].newer, nodes[position].older)
        if let newer { nodes[newer].older = older } else { newest = older }
        if let older { nodes[older].newer = newer } else { oldest = newer }
        nodes[position].newer = nil
        nodes[position].older = nil
    }

    private mutating func linkAsNewest(_ position: Int) {
        nodes[position].older = newest
        if let newest { nodes[newest].newer = position } else { oldest = position }
        newest = position
    }
}
