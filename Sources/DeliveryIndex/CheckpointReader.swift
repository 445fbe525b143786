import Storage

/// Walks over the runs of a part of a checkpoint. Never traps, whatever the bytes.
struct CheckpointReader {
    private var offset = Checkpoint.headerSize
    private var sequence: UInt64
    private let end: UInt64

    init(_ checkpoint: Checkpoint) {
        sequence = checkpoint.covered.lowerBound
        end = checkpoint.covered.upperBound
    }

    /// Throws unless the runs follow their format and cover what the head says exactly. O(bytes).
    static func validate(_ checkpoint: Checkpoint, _ bytes: RawSpan) throws(RecordFault) {
        var reader = CheckpointReader(checkpoint)
        while try reader.next(bytes) != nil {}
    }

    /// The next run and the sequences it is of; `nil` behind the last one.
    mutating func next(_ bytes: RawSpan) throws(RecordFault) -> (run: CheckpointRun, sequences: Range<UInt64>)? {
        guard sequence < end else {
            guard offset == bytes.byteCount else {
                throw RecordFault(message: "a checkpoint has bytes behind its end", offset: offset)
            }
            return nil
        }
        let start = offset
        let (run, length) = try readRun(bytes)
        guard length <= end - sequence else {
            throw RecordFault(message: "a checkpoint's run goes past its end", offset: start)
        }
        defer { sequence += length }
        return (run, sequence..<sequence + length)
    }

    private mutating func readRun(_ bytes: RawSpan) throws(RecordFault) -> (CheckpointRun, UInt64) {
        guard offset < bytes.byteCount else {
            throw RecordFault(message: "a checkpoint is cut short", offset: offset)
        }
        let tag = bytes.load(offset, as: UInt8.self)
        offset += 1
        guard let kind = CheckpointRun.Kind(rawValue: tag & 3), let reason = SettleReason(rawValue: tag >> 2 & 3) else {
            throw RecordFault(message: "a checkpoint's run is of no kind", offset: offset - 1)
        }
        var run = CheckpointRun(kind: kind)
        if kind == .settled { run.reason = reason }
        if kind == .available { run.deadLetterReason = DeadLetterReason(rawValue: reason.rawValue) }
        var length = UInt64(tag >> 4) + 1
        if length == 16 { length = 16 &+ (try readVariable(bytes)) }
        if kind == .available || kind == .delayed { run.deliveryCount = try readVariable(bytes) }
        if kind == .delayed { run.until = try readVariable(bytes) }
        guard length > 0 else { throw RecordFault(message: "a checkpoint's run has no length", offset: offset) }
        return (run, length)
    }

    private mutating func readVariable(_ bytes: RawSpan) throws(RecordFault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, through: 63, by: 7) {
            guard offset < bytes.byteCount else {
                throw RecordFault(message: "a checkpoint is cut short", offset: offset)
            }
            let byte = bytes.load(offset, as: UInt8.self)
            offset += 1
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw RecordFault(message: "a checkpoint's number is too long", offset: offset)
    }
}
