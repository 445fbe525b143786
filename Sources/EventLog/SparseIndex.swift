import Storage

/// Where to begin looking for a sequence: an entry every 4 KiB of frames (FORMAT.md section 2).
struct SparseIndex: Sendable {
    /// An entry is added at the first frame that begins this far after the last entry's frame.
    static let stride = 4_096
    static let entryLength = 16

    private(set) var sequences: [UInt64] = []
    private(set) var offsets: [UInt64] = []

    var count: Int { sequences.count }

    /// Notes a frame that was written. Frames come in order.
    mutating func add(sequence: UInt64, offset: Int) {
        if let last = offsets.last, offset < Int(last) + Self.stride { return }
        sequences.append(sequence)
        offsets.append(UInt64(offset))
    }

    /// The offset of the last entry that is not past the sequence. O(log entries).
    func start(of sequence: UInt64) -> Int {
        let position = Self.lastNotGreater(than: sequence, count: count) { sequences[$0] }
        return position.map { Int(offsets[$0]) } ?? SegmentHeader.blockLength
    }

    /// The payload of a seal frame.
    func encoded() -> FrameBuffer {
        let frame = FrameBuffer(capacity: count * Self.entryLength)
        for position in 0..<count {
            frame.append(sequences[position])
            frame.append(offsets[position])
        }
        return frame
    }

    /// The same lookup in the payload of a seal frame, without reading more of it than it takes.
    static func start(of sequence: UInt64, in payload: RawSpan) -> Int {
        let count = payload.byteCount / entryLength
        let position = lastNotGreater(than: sequence, count: count) {
            payload.load($0 * entryLength, as: UInt64.self)
        }
        return position.map { offset($0, in: payload) } ?? SegmentHeader.blockLength
    }

    /// The offset in an entry of the payload of a seal frame.
    static func offset(_ position: Int, in payload: RawSpan) -> Int {
        Int(truncatingIfNeeded: payload.load(position * entryLength + 8, as: UInt64.self))
    }

    private static func lastNotGreater(than sequence: UInt64, count: Int, _ value: (Int) -> UInt64) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if value(middle) <= sequence { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}
