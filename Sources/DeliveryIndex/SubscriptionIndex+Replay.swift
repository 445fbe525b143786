import Storage

/// Recovery: between ``SubscriptionIndex/open(_:)`` and ``SubscriptionIndex/finishRecovery()``.
///
/// A rebuilt index takes its checkpoint first; every index takes the settlements that followed it. All of it may be repeated, and
/// settlements older than the checkpoint change nothing (FORMAT.md section 5).
extension SubscriptionIndex {
    /// Takes over the state that a part of a checkpoint holds. Call it first, for each part in order; a reused index ignores it.
    public mutating func restore(_ bytes: RawSpan) throws(RecoveryFailure) {
        guard let recovery, case .rebuilt = origin else { return }
        let checkpoint: Checkpoint
        do throws(RecordFault) {
            checkpoint = try Checkpoint(header: bytes)
            guard checkpoint.subscription == identity.subscription else {
                throw RecordFault(message: "a checkpoint is of another subscription", offset: 4)
            }
            let isFirst = checkpoint.covered.lowerBound == checkpoint.floor
            guard isFirst || recovery.restoredEnd == checkpoint.covered.lowerBound else {
                throw RecordFault(message: "a part of a checkpoint is missing before this one", offset: 32)
            }
            // A walk that changes nothing, so that of a damaged record nothing is applied.
            try CheckpointReader.validate(checkpoint, bytes)
        } catch {
            throw .record(error)
        }
        let floor = min(checkpoint.floor, recovery.tail)
        if checkpoint.covered.lowerBound == checkpoint.floor {
            let cursor = min(max(checkpoint.cursor, floor), recovery.tail)
            window = SlotWindow(files: window.files, floor: floor, cursor: cursor)
        }
        self.recovery?.restoredEnd = checkpoint.covered.upperBound
        var reader = CheckpointReader(checkpoint)
        while true {
            let next: (run: CheckpointRun, sequences: Range<UInt64>)?
            do {
                next = try reader.next(bytes)
            } catch {
                throw .record(error)
            }
            guard let next else { return }
            do {
                try restore(next.run, next.sequences.clamped(to: floor..<recovery.tail), recovery)
            } catch {
                throw .storage(error)
            }
        }
    }

    private mutating func restore(
        _ run: CheckpointRun, _ sequences: Range<UInt64>, _ recovery: RecoveryState
    ) throws(StorageError) {
        var slot = Slot.untouched.counting(Int(clamping: run.deliveryCount))
        var transition = Transition.replayAvailable
        switch run.kind {
        case .untouched:
            return
        case .settled:
            slot = slot.settled(run.reason)
            transition = .replaySettled
        case .available:
            slot = slot.moved(to: .available)
            if let reason = run.deadLetterReason {
                slot = slot.deadLettering(reason, ended: 0)
                transition = .replayPending
            }
        case .delayed:
            if let deadline = recovery.deadline(until: run.until) {
                slot = slot.moved(to: .delayed, due: UInt32(truncatingIfNeeded: deadline))
                transition = .replayDelayed
            } else {
                slot = slot.moved(to: .available)
            }
        }
        try Self.forEachPiece(sequences) { (first, end) throws(StorageError) in
            // A chunk that is wholly settled below the cursor needs no file.
            if run.kind == .settled, end - first == UInt64(SlotChunk.slots), end <= window.cursor {
                return window.set(.settled, at: SlotChunk.number(of: first))
            }
            guard let chunk = try window.chunkForWriting(at: first) else { return }
            for sequence in first..<end { chunk.move(SlotChunk.index(of: sequence), to: slot, by: transition) }
        }
    }

    /// Applies the settlements of a group that is for this subscription, in the order of the log. Idempotent.
    public mutating func replay(_ group: SettlementGroup, in payload: RawSpan) throws(RecoveryFailure) {
        guard let recovery else { preconditionFailure("the index is recovered already") }
        precondition(group.subscription == identity.subscription, "a settlement group of another subscription")
        for index in 0..<group.count {
            let run: SettlementRun
            do {
                run = try group.run(index, in: payload)
            } catch {
                throw .record(error)
            }
            do {
                try replay(run, recovery)
            } catch {
                throw .storage(error)
            }
        }
    }

    private mutating func replay(_ run: SettlementRun, _ recovery: RecoveryState) throws(StorageError) {
        let settles = run.reason != nil || run.deadLetterReason != nil
        let deadline = run.operation == .released ? recovery.deadline(until: run.until) : nil
        let first = max(run.first, window.floor)
        try Self.forEachPiece(first..<max(first, min(run.end, recovery.tail))) { (first, end) throws(StorageError) in
            // Only what settles may make a chunk in a reused index: the rest changes nothing that is untouched there.
            guard
                let chunk = settles || origin != .reused
                    ? try window.chunkForWriting(at: first) : window.chunk(at: first)
            else { return }
            for sequence in first..<end { replay(run, deadline, chunk, SlotChunk.index(of: sequence)) }
        }
    }

    private mutating func replay(_ run: SettlementRun, _ deadline: UInt64?, _ chunk: SlotChunk, _ index: Int) {
        let slot = chunk[index]
        guard slot.state != .settled, slot.state != .deadLetterPending || run.reason != nil else { return }
        let count = Int(run.deliveryCount)
        if let reason = run.reason {
            let counted = slot.counting(max(count, slot.deliveryCount))
            return chunk.move(index, to: counted.settled(reason), by: .replaySettled)
        }
        if let reason = run.deadLetterReason {
            let counted = slot.counting(max(count, slot.deliveryCount))
            return chunk.move(index, to: counted.deadLettering(reason, ended: 0), by: .replayPending)
        }
        let applies: Bool
        switch (run.operation, origin) {
        case (.released, .reused): applies = slot.state == .settling && slot.deliveryCount == count
        case (.released, .rebuilt): applies = count >= slot.deliveryCount
        case (_, .reused): applies = false
        case (_, .rebuilt): applies = count > slot.deliveryCount
        }
        guard applies else { return }
        let counted = slot.counting(count)
        if let deadline {
            let due = UInt32(truncatingIfNeeded: deadline)
            chunk.move(index, to: counted.moved(to: .delayed, due: due), by: .replayDelayed)
        } else {
            chunk.move(index, to: counted.moved(to: .available), by: .replayAvailable)
        }
    }

    /// Cuts a range of sequences where chunks end.
    private static func forEachPiece(
        _ sequences: Range<UInt64>, _ body: (_ first: UInt64, _ end: UInt64) throws(StorageError) -> Void
    ) throws(StorageError) {
        var first = sequences.lowerBound
        while first < sequences.upperBound {
            let end = min(sequences.upperBound, (SlotChunk.number(of: first) + 1) << 12)
            try body(first, end)
            first = end
        }
    }
}
