/// How many slots are in each state. `untouched` has no number, and `settled` only tells how many became so.
struct StateCounts {
    private var counts = InlineArray<8, Int>(repeating: 0)

    subscript(state: SlotState) -> Int { counts[Int(state.rawValue)] }

    @inline(__always)
    mutating func move(from old: SlotState, to new: SlotState, _ count: Int = 1) {
        counts[Int(old.rawValue)] -= count
        counts[Int(new.rawValue)] += count
    }

    mutating func add(_ state: SlotState) {
        counts[Int(state.rawValue)] += 1
    }
}
