import Storage

/// The content of a log's manifest: which segments there are (FORMAT.md section 3).
struct SegmentLedger: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var id: UInt64
        var baseSequence: UInt64
        /// 0 while the segment is written to.
        var length: UInt64
        /// One past its last event; 0 while the segment is written to.
        var endSequence: UInt64
        /// The length of the file that holds it packed; 0: it is not packed.
        var packedLength: UInt64 = 0
    }

    var identity: LogIdentity
    /// The durable watermark of the newest segment when this was written.
    var durableWatermark: UInt64
    /// Oldest first, never empty.
    var segments: [Entry]

    private static let entryLength = 40

    static func length(segments count: Int) -> Int { 40 + entryLength * count }

    func encoded() -> ByteBlock {
        let block = ByteBlock(capacity: Self.length(segments: segments.count))
        block.append(identity.store.low)
        block.append(identity.store.high)
        block.append(identity.log)
        block.append(durableWatermark)
        block.append(UInt32(segments.count))
        block.append(UInt32(0))
        for entry in segments {
            block.append(entry.id)
            block.append(entry.baseSequence)
            block.append(entry.length)
            block.append(entry.endSequence)
            block.append(entry.packedLength)
        }
        return block
    }

    /// `nil` when the bytes are not a ledger.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= 40 else { return nil }
        let count = Int(bytes.load(32, as: UInt32.self))
        guard count > 0, bytes.byteCount == Self.length(segments: count) else { return nil }
        identity = LogIdentity(
            store: StoreIdentity(low: bytes.load(0, as: UInt64.self), high: bytes.load(8, as: UInt64.self)),
            log: bytes.load(16, as: UInt64.self))
        durableWatermark = bytes.load(24, as: UInt64.self)
        segments = (0..<count).map { index in
            let offset = 40 + Self.entryLength * index
            return Entry(
                id: bytes.load(offset, as: UInt64.self),
                baseSequence: bytes.load(offset + 8, as: UInt64.self),
                length: bytes.load(offset + 16, as: UInt64.self),
                endSequence: bytes.load(offset + 24, as: UInt64.self),
                packedLength: bytes.load(offset + 32, as: UInt64.self))
        }
    }

    /// Of a log with these segments.
    init(_ identity: LogIdentity, _ sealed: [SealedSegment], _ active: ActiveSegment) {
        let header = active.segment.header
        let newest = Entry(id: header.id, baseSequence: header.baseSequence, length: 0, endSequence: 0)
        self.init(
            identity: identity, durableWatermark: UInt64(active.durableOffset),
            segments: sealed.map(\.ledgerEntry) + [newest])
    }

    init(identity: LogIdentity, durableWatermark: UInt64, segments: [Entry]) {
        self.identity = identity
        self.durableWatermark = durableWatermark
        self.segments = segments
    }
}
