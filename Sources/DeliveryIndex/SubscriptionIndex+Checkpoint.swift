public import Storage

extension SubscriptionIndex {
    /// Appends the state of the subscription, from which ``restore(_:)`` and the settlements since rebuild it.
    ///
    /// 32 bytes and 1 to 3 for each run of equal slots (a delayed one up to 9 more): a million slots settled and available by turns take
    /// 1.5 MB. Holds what was *finished*: with ``settlingCount`` above zero, replay must begin at or before the frames of those
    /// settlements. O(window).
    ///
    /// - Parameters:
    ///   - now: boot time in nanoseconds.
    ///   - wallTime: nanoseconds since 1970, the same moment.
    public mutating func appendCheckpoint(to block: ByteBlock, now: UInt64, wallTime: UInt64) {
        let end = max(window.cursor, recoveredEnd)
        block.append(Checkpoint.version)
        block.append(identity.subscription)
        block.append(window.floor)
        block.append(window.cursor)
        block.append(end)
        let time = milliseconds(advance(now))
        let wall = millisecondsRoundedUp(wallTime)
        var current = CheckpointRun(kind: .settled)
        var length: UInt64 = 0
        func add(_ run: CheckpointRun, _ count: UInt64) {
            if run != current {
                if length > 0 { current.append(length, to: block) }
                (current, length) = (run, 0)
            }
            length += count
        }
        var sequence = window.floor
        while sequence < end {
            let next = min(end, (SlotChunk.number(of: sequence) + 1) << 12)
            switch window.entry(at: sequence) {
            case .untouched: add(CheckpointRun(kind: .untouched), next - sequence)
            case .settled: add(CheckpointRun(kind: .settled), next - sequence)
            case .live(let chunk):
                for place in sequence..<next {
                    add(Self.run(of: chunk[SlotChunk.index(of: place)], time, wall), 1)
                }
            }
            sequence = next
        }
        if length > 0 { current.append(length, to: block) }
    }

    private static func run(of slot: Slot, _ time: UInt64, _ wall: UInt64) -> CheckpointRun {
        switch slot.state {
        case .untouched: return CheckpointRun(kind: .untouched)
        case .settled: return CheckpointRun(kind: .settled, reason: slot.reason)
        case .delayed where slot.isDue(after: time):
            let left = slot.due &- UInt32(truncatingIfNeeded: time)
            return CheckpointRun(kind: .delayed, deliveryCount: UInt64(slot.deliveryCount), until: wall + UInt64(left))
        default:
            return CheckpointRun(kind: .available, deliveryCount: UInt64(slot.deliveryCount))
        }
    }
}
