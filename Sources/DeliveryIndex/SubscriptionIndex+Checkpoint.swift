public import Storage

extension SubscriptionIndex {
    /// Writes the state of the subscription, from which ``restore(_:)`` of each part in order and the settlements since rebuild it.
    ///
    /// A part has 48 bytes and 1 to 3 for each run of equal slots (a delayed one up to 9 more): a million slots settled and available by
    /// turns take 1.5 MB. Holds what was *finished*: with ``settlingCount`` above zero, replay must begin at or before the frames of
    /// those settlements. O(window).
    ///
    /// - Parameters:
    ///   - now: boot time in nanoseconds.
    ///   - wallTime: nanoseconds since 1970, the same moment.
    ///   - partBytes: a part ends when it is this long; only tests give another.
    ///   - makePart: called once for each part, at least once; the part is appended to the block.
    public mutating func writeCheckpoint(
        now: UInt64, wallTime: UInt64, partBytes: Int = Checkpoint.partBytes, makePart: @escaping () -> ByteBlock
    ) {
        let end = max(window.cursor, recoveredEnd)
        let time = milliseconds(advance(now))
        let wall = millisecondsRoundedUp(wallTime)
        var writer = CheckpointWriter(
            subscription: identity.subscription, floor: window.floor, cursor: window.cursor, end: end,
            partBytes: partBytes, makePart: makePart)
        var sequence = window.floor
        while sequence < end {
            let next = min(end, (SlotChunk.number(of: sequence) + 1) << 12)
            switch window.entry(at: sequence) {
            case .untouched: writer.add(CheckpointRun(kind: .untouched), next - sequence)
            case .settled: writer.add(CheckpointRun(kind: .settled), next - sequence)
            case .live(let chunk):
                for place in sequence..<next {
                    writer.add(Self.run(of: chunk[SlotChunk.index(of: place)], time, wall), 1)
                }
            }
            sequence = next
        }
        writer.finish()
    }

    private static func run(of slot: Slot, _ time: UInt64, _ wall: UInt64) -> CheckpointRun {
        switch slot.state {
        case .untouched: return CheckpointRun(kind: .untouched)
        case .settled: return CheckpointRun(kind: .settled, reason: slot.reason)
        case .delayed where slot.isDue(after: time):
            let left = slot.due &- UInt32(truncatingIfNeeded: time)
            return CheckpointRun(kind: .delayed, deliveryCount: UInt64(slot.deliveryCount), until: wall + UInt64(left))
        case .deadLetterPending:
            return CheckpointRun(
                kind: .available, deadLetterReason: slot.deadLetterReason, deliveryCount: UInt64(slot.deliveryCount))
        default:
            return CheckpointRun(kind: .available, deliveryCount: UInt64(slot.deliveryCount))
        }
    }
}
