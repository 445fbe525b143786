import Storage

/// The head of one part of a checkpoint (FORMAT.md section 6). Never traps, whatever the bytes.
public struct Checkpoint: Hashable, Sendable {
    static let version: UInt32 = 1
    static let headerSize = 48
    /// A part ends with the first run that makes it this long, in bytes: no part exceeds the limit of a frame.
    public static let partBytes = 4 << 20

    /// The event subscription that it is of.
    public let subscription: UInt32
    /// Every sequence below it is settled.
    package let floor: UInt64
    /// Every sequence below it was looked at.
    package let cursor: UInt64
    /// One past the last sequence that all parts tell of.
    package let end: UInt64
    /// What the runs of this part cover, of [floor, end).
    let covered: Range<UInt64>

    /// Throws unless the bytes are a part of a checkpoint as it is written. O(bytes).
    package static func validate(_ bytes: RawSpan) throws(RecordFault) {
        try CheckpointReader.validate(try Checkpoint(header: bytes), bytes)
    }

    /// The head of a part.
    ///
    /// - Throws: ``RecordFault`` if it does not follow the format.
    public init(header bytes: RawSpan) throws(RecordFault) {
        guard bytes.byteCount >= Self.headerSize else {
            throw RecordFault(message: "a checkpoint is cut short", offset: bytes.byteCount)
        }
        guard bytes.load(0, as: UInt32.self) == Self.version else {
            throw RecordFault(message: "a checkpoint is of an unknown version", offset: 0)
        }
        subscription = bytes.load(4, as: UInt32.self)
        floor = bytes.load(8, as: UInt64.self)
        cursor = bytes.load(16, as: UInt64.self)
        end = bytes.load(24, as: UInt64.self)
        let first = bytes.load(32, as: UInt64.self)
        let last = bytes.load(40, as: UInt64.self)
        guard floor <= cursor, cursor <= end, floor <= first, first <= last, last <= end else {
            throw RecordFault(message: "a checkpoint's window is not in order", offset: 8)
        }
        covered = first..<last
    }
}
