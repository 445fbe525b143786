import Storage

/// A frame of events, as a reader sees it. Holding one keeps its segment's memory mapped, nothing else.
public struct LogFrame: Sendable {
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

    /// The file it lies in, and its offset there, for people.
    public var location: String { "\(segment.path), offset \(offset)" }

    /// The bytes that were appended, in the mapped file. O(1).
    public var payload: RawSpan {
        @_lifetime(borrow self)
        get {
            unsafe _overrideLifetime(segment.payload(at: offset, header), borrowing: self)
        }
    }

    /// Whether this is the same place in the same file.
    public func isSamePlace(as other: LogFrame) -> Bool {
        segment === other.segment && offset == other.offset
    }

    /// Compares payload and padding with what was written. O(bytes), about 30 GB/s.
    ///
    /// - Throws: ``LogError`` with code ``LogError/Code/damaged``, naming file, offset and sequences.
    public func verify() throws(LogError) {
        guard segment.isWhole(at: offset, header) else {
            throw LogError(
                .damaged, "the events of a frame do not match their checksum", file: segment.path, offset: offset,
                sequences: firstSequence...max(firstSequence, endSequence - 1))
        }
    }
}
