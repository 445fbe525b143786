import Storage

/// Writes the runs of a checkpoint, part after part (FORMAT.md section 6).
struct CheckpointWriter {
    private let subscription: UInt32
    private let floor: UInt64
    private let cursor: UInt64
    private let end: UInt64
    private let partBytes: Int
    private let makePart: () -> ByteBlock

    private var block: ByteBlock
    /// Where the part begins in its block.
    private var start = 0
    /// One past the last sequence that was written.
    private var sequence: UInt64
    private var run = CheckpointRun(kind: .settled)
    private var length: UInt64 = 0

    init(
        subscription: UInt32, floor: UInt64, cursor: UInt64, end: UInt64, partBytes: Int,
        makePart: @escaping () -> ByteBlock
    ) {
        self.subscription = subscription
        self.floor = floor
        self.cursor = cursor
        self.end = end
        self.partBytes = partBytes
        self.makePart = makePart
        sequence = floor
        block = makePart()
        begin()
    }

    private mutating func begin() {
        start = block.count
        block.append(Checkpoint.version)
        block.append(subscription)
        block.append(floor)
        block.append(cursor)
        block.append(end)
        block.append(sequence)
        block.append(UInt64(0))
    }

    /// The next slots are of this kind.
    mutating func add(_ next: CheckpointRun, _ count: UInt64) {
        if next != run {
            flush()
            if block.count - start >= partBytes {
                endPart()
                block = makePart()
                begin()
            }
            (run, length) = (next, 0)
        }
        length += count
    }

    mutating func finish() {
        flush()
        endPart()
    }

    private mutating func flush() {
        guard length > 0 else { return }
        run.append(length, to: block)
        sequence += length
    }

    private func endPart() {
        block.store(sequence, at: start + 40)
    }
}
