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
            var index = floor > chunk.first ? Int(floor - chunk.first) : 0
            let end = min(SlotChunk.slots, Int(sequence - chunk.first))
            var count = 0
            while index < end {
                let slot = chunk[index]
                if slot.state != .settled {
                    move(chunk, index, to: slot.settled(.expired), by: .retire)
                    count += 1
                }
                index += 1
            }
            window.countSettled(in: chunk, count)
        }
        window.raiseFloor(to: sequence)
    }
}
