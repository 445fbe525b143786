import Storage

/// What a frame holds (FORMAT.md section 2).
public enum FrameKind: UInt8, Sendable {
    /// The events of one publish request.
    case events = 1
    /// What happened to deliveries.
    case settlements = 2
    /// The state of all subscriptions, at the start of a segment.
    case checkpoint = 3
    /// The end of a segment, with its sparse index.
    case seal = 4
    /// Nothing but a newer durable watermark.
    case filler = 5

    /// From here on a reader skips what it does not know.
    static let firstToSkip: UInt8 = 128
}

/// The 64 bytes before every payload (FORMAT.md section 2).
struct FrameHeader: Equatable, Sendable {
    static let length = 64
    /// No payload is longer: what a reader may have to hold at once.
    static let payloadBytesMax = 64 << 20
    static let lastOfCheckpoint: UInt8 = 1

    private static let magic: UInt32 = 0x4D41_5246
    private static let version: UInt8 = 1

    var kind: UInt8
    /// How the payload is coded: 0, as it is, in all kinds that this version knows.
    var codec: UInt8 = 0
    var flags: UInt8 = 0
    var firstSequence: UInt64
    var appendTime: UInt64
    var durableWatermark: UInt64
    var storedLength: UInt32
    var rawLength: UInt32
    var recordCount: UInt32
    var previousLength: UInt32
    var previousChecksum: UInt32
    var payloadChecksum: UInt32
    var addressee: UInt32 = 0

    /// Header, payload and padding.
    var frameLength: Int { (Self.length + Int(storedLength) + 7) & ~7 }

    /// One past the last sequence in the frame.
    var endSequence: UInt64 { firstSequence &+ UInt64(recordCount) }

    /// Writes the header over the first 64 bytes of a block and returns its checksum.
    func write(to block: ByteBlock, seed: UInt32) -> UInt32 {
        block.store(Self.magic, at: 0)
        block.store(Self.version, at: 4)
        block.store(kind, at: 5)
        block.store(codec, at: 6)
        block.store(flags, at: 7)
        block.store(firstSequence, at: 8)
        block.store(appendTime, at: 16)
        block.store(durableWatermark, at: 24)
        block.store(storedLength, at: 32)
        block.store(rawLength, at: 36)
        block.store(recordCount, at: 40)
        block.store(previousLength, at: 44)
        block.store(previousChecksum, at: 48)
        block.store(payloadChecksum, at: 52)
        block.store(addressee, at: 56)
        let checksum = CRC32C.checksum(block.bytes.extracting(0..<60), seed: seed)
        block.store(checksum, at: 60)
        return checksum
    }

    /// Whether the magic of a frame stands at an offset, whatever follows.
    static func begins(in bytes: RawSpan, at offset: Int) -> Bool {
        offset >= 0 && offset <= bytes.byteCount - 4 && bytes.load(offset, as: UInt32.self) == magic
    }

    /// Whether a header with the right checksum stands at an offset.
    static func stands(in bytes: RawSpan, at offset: Int, seed: UInt32) -> Bool {
        offset >= 0 && offset <= bytes.byteCount - length && begins(in: bytes, at: offset)
            && CRC32C.checksum(bytes.extracting(offset..<offset + 60), seed: seed)
                == bytes.load(offset + 60, as: UInt32.self)
    }

    /// The header at an offset, with its checksum, if one stands there that this reader can use.
    ///
    /// Nothing in it is believed before its checksum matches (R15).
    static func read(_ bytes: RawSpan, at offset: Int, seed: UInt32) -> (header: FrameHeader, checksum: UInt32)? {
        guard stands(in: bytes, at: offset, seed: seed), let header = known(bytes, at: offset),
            Int(header.storedLength) <= payloadBytesMax, offset + header.frameLength <= bytes.byteCount
        else { return nil }
        return (header, bytes.load(offset + 60, as: UInt32.self))
    }

    /// Whether a header with the right checksum stands at an offset that this reader neither understands nor may skip.
    static func isUnknown(in bytes: RawSpan, at offset: Int, seed: UInt32) -> Bool {
        stands(in: bytes, at: offset, seed: seed) && known(bytes, at: offset) == nil
    }

    /// The header at an offset where one stands; `nil` if its version, kind or codec says nothing to this reader.
    private static func known(_ bytes: RawSpan, at offset: Int) -> FrameHeader? {
        guard bytes.load(offset + 4, as: UInt8.self) == version else { return nil }
        let header = FrameHeader(
            kind: bytes.load(offset + 5, as: UInt8.self),
            codec: bytes.load(offset + 6, as: UInt8.self),
            flags: bytes.load(offset + 7, as: UInt8.self),
            firstSequence: bytes.load(offset + 8, as: UInt64.self),
            appendTime: bytes.load(offset + 16, as: UInt64.self),
            durableWatermark: bytes.load(offset + 24, as: UInt64.self),
            storedLength: bytes.load(offset + 32, as: UInt32.self),
            rawLength: bytes.load(offset + 36, as: UInt32.self),
            recordCount: bytes.load(offset + 40, as: UInt32.self),
            previousLength: bytes.load(offset + 44, as: UInt32.self),
            previousChecksum: bytes.load(offset + 48, as: UInt32.self),
            payloadChecksum: bytes.load(offset + 52, as: UInt32.self),
            addressee: bytes.load(offset + 56, as: UInt32.self))
        return header.isKnown ? header : nil
    }

    private var isKnown: Bool {
        guard codec != 0 || rawLength == storedLength else { return false }
        return kind >= FrameKind.firstToSkip || codec == 0 && FrameKind(rawValue: kind) != nil
    }
}
