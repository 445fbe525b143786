import Storage

/// A frame of events, as a reader sees it. Holding one keeps its segment's memory mapped, or the decompressed block it lies in,
/// nothing else.
public struct LogFrame: Sendable {
    /// The file, or a block of it.
    let segment: Segment
    let offset: Int
    let header: FrameHeader

    /// The sequence of its first event.
    public var firstSequence: UInt64 { header.firstSequence }
    /// One past the sequence of its last event.
    public var endSequence: UInt64 { header.endSequence }
    /// How many events it holds.
    public var recordCount: Int { Int(header.recordCount) }
    /// When it was appended, in ns since 1970; never less than that of an earlier frame.
    public var appendTime: UInt64 { header.appendTime }
    /// The one subscription it is meant for, or 0 for all.
    public var addressee: UInt32 { header.addressee }

    /// The file it lies in, and its offset in the segment, for people.
    public var location: String { "\(segment.path), offset \(offset)" }

    /// What it holds; `nil` for what this version may skip.
    package var kind: FrameKind? { FrameKind(rawValue: header.kind) }
    /// The number of its kind.
    package var kindNumber: UInt8 { header.kind }
    /// The file it lies in.
    package var path: String { segment.path }
    /// The segment's id.
    package var segmentID: UInt64 { segment.header.id }
    /// Where it begins in the segment.
    package var offsetInSegment: Int { offset }
    /// Header, payload and padding, in bytes.
    package var frameLength: Int { header.frameLength }
    /// Up to where the segment was synced when it was built.
    package var durableWatermark: UInt64 { header.durableWatermark }
    /// Whether a checkpoint ends with it.
    package var endsCheckpoint: Bool { header.flags & FrameHeader.lastOfCheckpoint != 0 }

    /// The bytes that were appended, in the mapped file or in the block. O(1).
    public var payload: RawSpan {
        @_lifetime(borrow self)
        get {
            unsafe _overrideLifetime(segment.payload(at: offset, header), borrowing: self)
        }
    }

    /// Whether this is the same frame of the same segment.
    public func isSamePlace(as other: LogFrame) -> Bool {
        offset == other.offset && segment.header == other.segment.header
    }

    /// Compares payload and padding with what was written. O(bytes), about 30 GB/s.
    ///
    /// - Throws: ``LogError`` with code ``LogError/Code/damaged``, naming file, offset and sequences.
    public func verify() throws(LogError) {
        guard segment.isWhole(at: offset, header) else {
            throw LogError.damage(
                "the events of a frame do not match their checksum", in: segment, offset: offset,
                sequences: firstSequence...max(firstSequence, endSequence &- 1))
        }
    }
}
