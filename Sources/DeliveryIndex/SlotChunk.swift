import Storage

/// 4,096 slots in a mapped file (FORMAT.md section 3).
final class SlotChunk {
    static let slots = 4_096
    static let slotsOffset = 4_096
    static let size = slotsOffset + slots * 8

    /// The chunk of a sequence.
    @inline(__always)
    static func number(of sequence: UInt64) -> UInt64 { sequence >> 12 }

    /// The slot of a sequence in its chunk.
    @inline(__always)
    static func index(of sequence: UInt64) -> Int { Int(sequence & 4_095) }

    let number: UInt64
    let region: MappedRegion
    /// How many slots need no more attention: settled, or below the floor when the chunk was made. At 4,096 it is freed.
    var settled = 0

    init(number: UInt64, region: MappedRegion) {
        precondition(region.length == Self.size, "a chunk of another size")
        self.number = number
        self.region = region
    }

    /// The sequence of its first slot.
    @inline(__always)
    var first: UInt64 { number << 12 }

    /// The sequence after its last slot.
    @inline(__always)
    var end: UInt64 { (number + 1) << 12 }

    @inline(__always)
    subscript(index: Int) -> Slot {
        Slot(stored: region.loadUInt64(at: Self.slotsOffset + index << 3))
    }

    /// A slot that another process stored; `nil` when a bit of it was flipped.
    func checked(_ index: Int) -> Slot? {
        Slot(checking: region.loadUInt64(at: Self.slotsOffset + index << 3))
    }

    /// The one place where a slot changes. Traps on a move that the table does not name.
    @inline(__always)
    func move(_ index: Int, to slot: Slot, by transition: Transition) {
        precondition(transition.allows(self[index].state), "a move of a slot that the table does not name")
        precondition(transition.target == slot.state, "a slot moved to another state than the table's")
        region.storeUInt64(slot.stored, at: Self.slotsOffset + index << 3)
    }
}
