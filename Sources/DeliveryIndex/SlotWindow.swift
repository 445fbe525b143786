import DequeModule
import Storage

/// The slots in [floor, cursor), and those beyond the cursor that a recovery found settled.
///
/// Finding a slot touches one page: the chunk is found in memory by its number (R44).
struct SlotWindow {
    /// What is known of 4,096 sequences.
    enum Entry {
        /// No slot has been looked at, and there is no file.
        case untouched
        /// All slots are settled, and there is no file any more.
        case settled
        /// Some slots are not settled.
        case live(SlotChunk)
    }

    let files: ChunkFiles
    /// Entries of consecutive chunks; the first holds the floor. What lies behind the last one is untouched.
    var entries = Deque<Entry>()
    private var firstNumber: UInt64

    /// The first sequence that is not settled. Never above ``cursor``.
    private(set) var floor: UInt64
    /// The first sequence not looked at yet. No slot below it is untouched.
    private(set) var cursor: UInt64

    /// An empty window at a sequence.
    init(files: ChunkFiles, floor: UInt64, cursor: UInt64) {
        precondition(floor <= cursor, "the floor is above the cursor")
        self.files = files
        self.floor = floor
        self.cursor = cursor
        firstNumber = SlotChunk.number(of: floor)
        publish()
    }

    private func publish() {
        files.page.floor = floor
        files.page.cursor = cursor
    }

    /// The sequence after the last one that has an entry.
    var entriesEnd: UInt64 { (firstNumber + UInt64(entries.count)) << 12 }

    /// What is known of the chunk that holds a sequence at or above the floor.
    @inline(__always)
    func entry(at sequence: UInt64) -> Entry {
        let position = Int(SlotChunk.number(of: sequence) - firstNumber)
        return position < entries.count ? entries[position] : .untouched
    }

    /// The chunk that holds a sequence, if it has one and is not below the floor.
    @inline(__always)
    func chunk(at sequence: UInt64) -> SlotChunk? {
        guard sequence >= floor else { return nil }
        let position = Int(clamping: SlotChunk.number(of: sequence) - firstNumber)
        guard position < entries.count, case .live(let chunk) = entries[position] else { return nil }
        return chunk
    }

    /// The slot of a sequence; `nil` if it is settled and gone, or untouched without a file.
    func slot(at sequence: UInt64) -> Slot? {
        chunk(at: sequence).map { $0[SlotChunk.index(of: sequence)] }
    }

    /// Whether a ring's entry still means the slot. A slot that is settling may be rolled back, so its entry is kept.
    func isAlive(_ sequence: UInt64, _ deadline: UInt64) -> Bool {
        guard let slot = slot(at: sequence), slot.due == UInt32(truncatingIfNeeded: deadline) else { return false }
        switch slot.state {
        case .locked, .delayed, .settling: return true
        default: return false
        }
    }

    /// The chunk that holds a sequence at or above the floor, made if it is untouched; `nil` if it is settled.
    mutating func chunkForWriting(at sequence: UInt64) throws(StorageError) -> SlotChunk? {
        switch entry(at: sequence) {
        case .live(let chunk): return chunk
        case .settled: return nil
        case .untouched:
            let number = SlotChunk.number(of: sequence)
            let chunk = try files.makeChunk(number)
            if floor > chunk.first { chunk.settled = Int(min(floor, chunk.end) - chunk.first) }
            set(.live(chunk), at: number)
            return chunk
        }
    }

    /// Records what a recovery knows of a chunk.
    mutating func set(_ entry: Entry, at number: UInt64) {
        let position = Int(number - firstNumber)
        while entries.count <= position { entries.append(.untouched) }
        entries[position] = entry
    }

    /// Sets floor and cursor as a recovery found them. The floor's chunk must not lie below the first entry's.
    mutating func place(floor: UInt64, cursor: UInt64) {
        precondition(floor <= cursor, "the floor is above the cursor")
        precondition(SlotChunk.number(of: floor) >= firstNumber, "the floor is below the window's first chunk")
        self.floor = floor
        self.cursor = cursor
        publish()
    }

    /// Moves the cursor; frees the chunk it leaves behind if that is wholly settled.
    mutating func moveCursor(to sequence: UInt64) {
        precondition(sequence >= cursor, "the cursor moved back")
        let left = cursor
        cursor = sequence
        files.page.cursor = sequence
        if SlotChunk.number(of: left) != SlotChunk.number(of: sequence), let chunk = chunk(at: left) {
            freeIfSettled(chunk)
        }
    }

    /// Passes over untouched sequences before which nothing is open: no slot is needed to remember them.
    mutating func passEmptyWindow(to sequence: UInt64) {
        precondition(floor == cursor && sequence >= cursor, "the window is not empty")
        cursor = sequence
        floor = sequence
        publish()
        dropEntriesBelowFloor()
    }

    /// One more slot of the chunk is settled; frees it when all are.
    @inline(__always)
    mutating func countSettled(in chunk: SlotChunk, _ count: Int = 1) {
        chunk.settled += count
        if chunk.settled == SlotChunk.slots { freeIfSettled(chunk) }
    }

    /// Frees a chunk whose slots are all settled, unless the cursor has yet to pass it.
    mutating func freeIfSettled(_ chunk: SlotChunk) {
        precondition(chunk.settled <= SlotChunk.slots, "a chunk counts more settled slots than it has")
        guard chunk.settled == SlotChunk.slots, chunk.end <= cursor else { return }
        entries[Int(chunk.number - firstNumber)] = .settled
        files.free(chunk)
    }

    /// Moves the floor over what is settled, at most to the cursor. Amortised O(1): each slot is passed once.
    mutating func advanceFloor() {
        let before = floor
        advancing: while floor < cursor {
            switch entry(at: floor) {
            case .untouched: break advancing
            case .settled: floor = min(cursor, (SlotChunk.number(of: floor) + 1) << 12)
            case .live(let chunk):
                var index = SlotChunk.index(of: floor)
                let end = min(SlotChunk.slots, Int(cursor - chunk.first))
                while index < end, chunk[index].state == .settled { index += 1 }
                floor = chunk.first + UInt64(index)
                if index < SlotChunk.slots { break advancing }
            }
        }
        guard floor != before else { return }
        files.page.floor = floor
        dropEntriesBelowFloor()
    }

    /// Moves floor, and cursor if need be, up to a sequence below which every slot is settled or was never touched.
    mutating func raiseFloor(to sequence: UInt64) {
        if sequence > floor { place(floor: sequence, cursor: max(cursor, sequence)) }
        dropEntriesBelowFloor()
        advanceFloor()
    }

    private mutating func dropEntriesBelowFloor() {
        let number = SlotChunk.number(of: floor)
        while firstNumber < number {
            if let entry = entries.popFirst(), case .live = entry {
                preconditionFailure("the floor passed a chunk that is not settled")
            }
            firstNumber += 1
            if entries.isEmpty { firstNumber = number }
        }
    }
}
