import Storage

/// An entry of the block index of a packed segment (FORMAT.md section 7).
struct PackedBlock: Equatable, Sendable {
    static let length = 48
    /// A block ends with the first frame that ends this far behind its start, or farther.
    static let rawBytes = 64 << 10
    /// No block is longer; compared before anything is allocated (R15).
    static let rawLengthMax = rawBytes + FrameHeader.length + FrameHeader.payloadBytesMax

    /// How its bytes are stored.
    enum Codec: UInt32 {
        /// As they are.
        case none = 0
        case zstd = 1
    }

    var firstSequence: UInt64
    /// The append time of its first frame.
    var firstTime: UInt64
    /// Where its first frame lies in the segment.
    var rawOffset: Int
    var storedOffset: Int
    var rawLength: Int
    var storedLength: Int
    var checksum: UInt32
    var codec: Codec

    var rawEnd: Int { rawOffset + rawLength }
    var storedEnd: Int { storedOffset + storedLength }

    func append(to index: ByteBlock) {
        index.append(firstSequence)
        index.append(firstTime)
        index.append(UInt64(rawOffset))
        index.append(UInt64(storedOffset))
        index.append(UInt32(rawLength))
        index.append(UInt32(storedLength))
        index.append(checksum)
        index.append(codec.rawValue)
    }

    init(
        firstSequence: UInt64, firstTime: UInt64, rawOffset: Int, storedOffset: Int, rawLength: Int, storedLength: Int,
        checksum: UInt32, codec: Codec
    ) {
        self.firstSequence = firstSequence
        self.firstTime = firstTime
        self.rawOffset = rawOffset
        self.storedOffset = storedOffset
        self.rawLength = rawLength
        self.storedLength = storedLength
        self.checksum = checksum
        self.codec = codec
    }

    /// The entry at a position; `nil` when it is none or its numbers exceed what the format allows.
    init?(_ index: RawSpan, at position: Int) {
        let offset = position * Self.length
        guard position >= 0, offset <= index.byteCount - Self.length,
            let codec = Codec(rawValue: index.load(offset + 44, as: UInt32.self))
        else { return nil }
        let rawOffset = index.load(offset + 16, as: UInt64.self)
        let storedOffset = index.load(offset + 24, as: UInt64.self)
        let limit = UInt64(Int.max / 4)
        self.init(
            firstSequence: index.load(offset, as: UInt64.self), firstTime: index.load(offset + 8, as: UInt64.self),
            rawOffset: Int(min(rawOffset, limit)), storedOffset: Int(min(storedOffset, limit)),
            rawLength: Int(index.load(offset + 32, as: UInt32.self)),
            storedLength: Int(index.load(offset + 36, as: UInt32.self)),
            checksum: index.load(offset + 40, as: UInt32.self), codec: codec)
        // What is compressed is shorter, and a frame header is the least that a block holds.
        guard rawLength >= FrameHeader.length, rawLength <= Self.rawLengthMax, storedLength > 0,
            codec == .zstd ? storedLength < rawLength : storedLength == rawLength
        else { return nil }
    }
}
