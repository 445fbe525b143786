public import Storage

extension SubscriptionIndex {
    /// Settles every event below a sequence as expired, whatever its state, because its segment goes (R33). Floor and cursor move up
    /// to it; tokens of what was locked are lost, and settlements under way of it do nothing when they finish.
    ///
    /// No record is needed: the log no longer holds these events. O(slots of the window below the sequence).
    public mutating func retire(below sequence: UInt64) {
        guard sequence > window.floor else { return }
        let floor = window.floor
        if sequence > window.cursor { window.moveCursor(to: sequence) }
        for chunk in window.liveChunks where chunk.first < sequence {
            let first = floor > chunk.first ? Int(floor - chunk.first) : 0
            settleAsExpired(chunk, first..<min(SlotChunk.slots, Int(sequence - chunk.first)))
        }
        window.raiseFloor(to: sequence)
    }

    /// Moves the cursor over events that the log does not hold any more, and settles them as expired. Like what a filter refuses,
    /// they leave no record: after a recovery they are passed again. O(chunks), and O(slots) of the chunks at both ends.
    ///
    /// - Parameter end: one past the last of them.
    /// - Throws: a ``StorageError`` if a chunk cannot be made; the cursor stands before it then.
    public mutating func passGap(to end: UInt64) throws(StorageError) {
        try pass(to: end, only: nil)
    }

    /// Moves the cursor and settles as expired what it passes: everything, or what is in one state.
    ///
    /// Beyond the cursor a recovery may have found slots that are not untouched.
    mutating func pass(to end: UInt64, only state: SlotState?) throws(StorageError) {
        precondition(recovery == nil, "the index is not recovered yet")
        while window.cursor < end {
            let start = window.cursor
            let number = SlotChunk.number(of: start)
            let next = min(end, (number + 1) << 12)
            let isWhole = next - start == UInt64(SlotChunk.slots)
            switch window.entry(at: start) {
            case .untouched where window.floor == start: window.passEmptyWindow(to: next)
            case .untouched where isWhole:
                window.set(.settled, at: number)
                window.moveCursor(to: next)
            default:
                if let chunk = try window.chunkForWriting(at: start) {
                    settleAsExpired(chunk, Int(start - chunk.first)..<Int(next - chunk.first), only: state)
                }
                window.moveCursor(to: next)
            }
        }
        window.advanceFloor()
    }

    private mutating func settleAsExpired(_ chunk: SlotChunk, _ indices: Range<Int>, only state: SlotState? = nil) {
        var count = 0
        for index in indices where chunk[index].state != .settled && (state == nil || chunk[index].state == state) {
            move(chunk, index, to: chunk[index].settled(.expired), by: .retire)
            count += 1
        }
        window.countSettled(in: chunk, count)
    }

    /// The first of some sequences that is not settled; `nil` when all are. O(slots up to it); slots of freed chunks cost nothing.
    public func firstUnsettled(in sequences: Range<UInt64>) -> UInt64? {
        var sequence = max(sequences.lowerBound, window.floor)
        while sequence < sequences.upperBound {
            switch window.entry(at: sequence) {
            case .untouched: return sequence
            case .settled: sequence = (SlotChunk.number(of: sequence) + 1) << 12
            case .live(let chunk):
                guard chunk[SlotChunk.index(of: sequence)].state == .settled else { return sequence }
                sequence += 1
            }
        }
        return nil
    }
}
