import Storage

/// Reads checkpoints (FORMAT.md section 6). Never traps, whatever the bytes.
public struct Checkpoint: Hashable, Sendable {
    static let version: UInt32 = 1
    static let headerSize = 32

    /// The event subscription that it is of.
    public let subscription: UInt32
    let floor: UInt64
    let cursor: UInt64
    let end: UInt64

    /// The header of a checkpoint.
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
        guard floor <= cursor, cursor <= end else {
            throw RecordFault(message: "a checkpoint's window is not in order", offset: 8)
        }
    }
}
