import Storage

@testable import DeliveryIndex

/// What an index reads: settlement groups, checkpoints, and the files that an earlier process left.
enum IndexTarget {
    static let identity = IndexIdentity(storeLow: 1, storeHigh: 2, topic: 3, subscription: 4, incarnation: 5)
    static let boot: UInt64 = 77
    static let directory = "index"
    /// Six hundred events around the boundary of two chunks: recovery and audit look at each, so more would be slow.
    static let start: UInt64 = 3_800
    private static let tail: UInt64 = 4_400
    private static let freshEpoch: UInt32 = 2
    private static let now: UInt64 = 1_000_000_000_000

    private static func options(_ files: MemoryFileSystem) -> IndexOptions {
        IndexOptions(
            fileSystem: files, directory: directory, identity: identity, bootIdentity: boot, freshEpoch: freshEpoch,
            start: start, tail: tail, bootTime: now, wallTime: 5 * now,
            settings: IndexSettings(lockDurationMilliseconds: 60_000, maxDeliveryCount: 10))
    }

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        switch input.byte() & 3 {
        case 0: checkGroups(Array(input.rest))
        case 1: checkCheckpoint(Array(input.rest))
        case 2:
            let left = IndexFiles(&input)
            let epoch = left.trustedEpoch()
            recover(left.files, trustedEpoch: epoch, checkpoint: [], settlements: Array(input.rest))
        default:
            let checkpoint = input.piece()
            recover(MemoryFileSystem(), trustedEpoch: nil, checkpoint: checkpoint, settlements: Array(input.rest))
        }
    }

    // MARK: - Records

    private static func checkGroups(_ payload: [UInt8]) {
        let bytes = payload.span.bytes
        guard let groups = try? SettlementGroup.groups(in: bytes) else { return }
        let copy = ByteBlock(capacity: payload.count)
        var isClamped = false
        for group in groups {
            copy.append(UInt64(group.subscription) | UInt64(group.count) << 32)
            for number in 0..<group.count {
                guard let run = try? group.run(number, in: bytes) else {
                    fatalError("broken promise: the runs of a group that was read are read")
                }
                require(run.count > 0 && run.end > run.first, "a run names sequences")
                isClamped = isClamped || Int(run.deliveryCount) == Slot.deliveryCountMax
                copy.append(run.words.span.bytes)
            }
        }
        require(isClamped || copy.bytes.array() == payload, "settlements are read as they were written")
    }

    private static func checkCheckpoint(_ bytes: [UInt8]) {
        guard let checkpoint = try? Checkpoint(header: bytes.span.bytes) else { return }
        var reader = CheckpointReader(checkpoint)
        var runs: [(run: CheckpointRun, sequences: Range<UInt64>)] = []
        do {
            while let next = try reader.next(bytes.span.bytes) { runs.append(next) }
        } catch { return }
        let covered = checkpoint.covered
        require(
            runs.first?.sequences.lowerBound ?? covered.upperBound == covered.lowerBound, "runs begin with the part")
        require(runs.last?.sequences.upperBound ?? covered.lowerBound == covered.upperBound, "runs go up to its end")
        let copy = ByteBlock(copying: bytes.span.bytes.extracting(0..<Checkpoint.headerSize))
        for (run, sequences) in runs { run.append(UInt64(sequences.count), to: copy) }
        require(copy.count <= bytes.count, "no coding of a run is shorter than ours")
        guard let same = try? Checkpoint(header: copy.bytes) else {
            fatalError("broken promise: a checkpoint's header is read as it was written")
        }
        var second = CheckpointReader(same)
        for (run, sequences) in runs {
            guard let next = try? second.next(copy.bytes) else {
                fatalError("broken promise: a checkpoint is read as it was written")
            }
            require(next.sequences == sequences && next.run.kind == run.kind, "a run is read as it was written")
            require(next.run.until == run.until && next.run.deliveryCount == run.deliveryCount, "with its numbers")
        }
    }

    // MARK: - Files

    /// Opens, recovers, hands out and acknowledges; the invariants hold before and after.
    private static func recover(
        _ files: MemoryFileSystem, trustedEpoch: UInt32?, checkpoint: [UInt8], settlements: [UInt8]
    ) {
        guard var index = try? SubscriptionIndex.open(options(files)) else { return }
        if case .reused = index.origin {
            require(index.epoch == trustedEpoch, "only files with the headers of this index are reused")
        } else {
            require(index.epoch == freshEpoch, "a rebuilt index has an epoch of its own")
        }
        let payload = settlements.span.bytes
        if !checkpoint.isEmpty {
            do { try index.restore(checkpoint.span.bytes) } catch { return }
        }
        for group in (try? SettlementGroup.groups(in: payload)) ?? [] where group.subscription == identity.subscription
        {
            do { try index.replay(group, in: payload) } catch { return }
        }
        index.finishRecovery()
        audit(index)
        require(index.floor <= index.cursor && index.cursor <= tail, "floor and cursor lie in the log")
        var deliveries: [Delivery] = []
        _ = index.expire(now: now)
        guard let result = try? index.receive(limit: 20, now: now, tail: tail, into: &deliveries) else { return }
        var settlement = index.settlement(.acknowledge, now: now)
        for delivery in deliveries {
            require(delivery.sequence < tail && delivery.sequence >= index.floor, "what is handed out is in the log")
            let token = index.token(of: delivery, lockedAt: result.lockedAt)
            require(index.beginSettling(token, into: &settlement, now: now) == .genuine, "a fresh token is genuine")
        }
        index.finish(settlement, now: now)
        audit(index)
        let block = ByteBlock(capacity: 64)
        index.writeCheckpoint(now: now, wallTime: 5 * now) { block }
        checkCheckpoint(block.bytes.array())
        require((try? Checkpoint(header: block.bytes)) != nil, "a checkpoint of any state is one")
    }

    private static func audit(_ index: borrowing SubscriptionIndex) {
        let faults = index.audit()
        require(faults.isEmpty, faults.joined(separator: "; "))
    }

    // MARK: - Seeds

    static var seeds: [[UInt8]] {
        let groups = settlements
        let checkpoint = checkpoint
        var restored = FuzzSeed()
        restored.byte(3)
        restored.piece(checkpoint)
        restored.raw(groups)
        return [[0] + groups, [1] + checkpoint, restored.bytes] + IndexFiles.seeds.map { [2] + $0 }
    }

    private static var settlements: [UInt8] {
        let block = ByteBlock(capacity: 64)
        let runs = [
            SettlementRun(first: start + 5, count: 7, operation: .acknowledged, deliveryCount: 1, until: 0),
            SettlementRun(first: 4_095, count: 2, operation: .released, deliveryCount: 2, until: 1 << 42),
            SettlementRun(first: start + 30, count: 1, operation: .delivered, deliveryCount: 3, until: 0),
        ]
        block.append(UInt64(identity.subscription) | UInt64(runs.count) << 32)
        for run in runs { block.append(run.words.span.bytes) }
        return block.bytes.array()
    }

    private static var checkpoint: [UInt8] {
        let block = ByteBlock(capacity: 64)
        guard var index = try? SubscriptionIndex.open(options(MemoryFileSystem())) else { return [] }
        index.finishRecovery()
        var deliveries: [Delivery] = []
        guard let result = try? index.receive(limit: 60, now: now, tail: tail, into: &deliveries) else { return [] }
        for operation: SettleOperation in [.acknowledge, .release(delayMilliseconds: 60_000, wallTime: now)] {
            var settlement = index.settlement(operation, now: now)
            for delivery in deliveries.prefix(20) {
                let token = index.token(of: delivery, lockedAt: result.lockedAt)
                _ = index.beginSettling(token, into: &settlement, now: now)
            }
            deliveries.removeFirst(25)
            index.finish(settlement, now: now)
        }
        index.writeCheckpoint(now: now, wallTime: 5 * now) { block }
        return block.bytes.array()
    }
}
