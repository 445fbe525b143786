import Storage

/// The end of the log that grows. Used by the committer's thread only; that rule makes it `Sendable`.
final class LogWriter: @unchecked Sendable {
    let configuration: LogConfiguration
    let manifest: Manifest
    let spare: SpareSegment
    var active: ActiveSegment
    private(set) var nextSequence: UInt64
    private var lastTime: UInt64
    /// When the active segment was begun, in boot time.
    var segmentBegan: UInt64
    /// How long the next segment will be, in bytes.
    var nextSegmentBytes: Int
    /// When frames were last queued, in boot time.
    var lastGroupTime: UInt64 = 0

    /// Frames of the current group that are written, with the sequence that each got.
    var written: [(frame: PendingFrame, firstSequence: UInt64)] = []
    /// Frames that could not be written, and why.
    var refused: [(frame: PendingFrame, error: LogError)] = []

    init(configuration: LogConfiguration, recovered: RecoveredLog) {
        self.configuration = configuration
        manifest = recovered.manifest
        spare = SpareSegment(configuration: configuration, length: recovered.active.segment.capacity)
        active = recovered.active
        nextSequence = recovered.nextSequence
        lastTime = recovered.lastTime
        segmentBegan = configuration.clock.bootTime
        nextSegmentBytes = recovered.active.segment.capacity
    }

    /// Whether the active segment is half full and took five seconds for that at least.
    var fillsSlowly: Bool {
        2 * active.writeOffset > active.segment.capacity
            && configuration.clock.bootTime - segmentBegan > 5_000_000_000
    }

    /// Whether something was written that is not synced yet.
    var isDirty: Bool { active.writeOffset > active.durableOffset }

    /// Whether the newest watermark stands in no frame yet.
    var owesWatermark: Bool { active.watermarkWritten < active.durableOffset && !active.isSealed }

    /// How many of the frames fit into the active segment beside its seal and a last filler.
    func fitting(_ frames: ArraySlice<PendingFrame>) -> Int {
        guard !active.isSealed else { return 0 }
        var room = active.segment.capacity - active.writeOffset - Self.endRoom(active.segment.capacity)
        var count = 0
        for frame in frames {
            room -= frame.frameLength
            guard room >= 0, frame.payloadLength <= FrameHeader.payloadBytesMax else { break }
            count += 1
        }
        return count
    }

    /// What is kept free for the seal frame of a segment.
    static func sealRoom(_ capacity: Int) -> Int {
        FrameHeader.length + (capacity / SparseIndex.stride + 1) * SparseIndex.entryLength
    }

    /// What is kept free for the seal and for the filler that vouches for the last group.
    static func endRoom(_ capacity: Int) -> Int {
        sealRoom(capacity) + FrameHeader.length
    }

    /// Numbers, chains and writes frames with one call. Not durable yet.
    ///
    /// - Returns: what to add to the index of the active segment.
    func write(_ frames: ArraySlice<PendingFrame>) throws(StorageError) -> [(sequence: UInt64, offset: Int)] {
        var places: [(sequence: UInt64, offset: Int)] = []
        var blocks: [ByteBlock] = []
        blocks.reserveCapacity(frames.count)
        let time = max(configuration.clock.wallTime, lastTime)
        var end = active
        var sequence = nextSequence
        let watermark = end.durableOffset
        for frame in frames {
            let header = header(for: frame, end, firstSequence: sequence, time: time, watermark: watermark)
            end.lastChecksum = header.write(to: frame.block, seed: active.segment.header.seed)
            end.lastLength = UInt32(frame.frameLength)
            blocks.append(frame.block)
            places.append((sequence, end.writeOffset))
            end.writeOffset += frame.frameLength
            sequence = header.endSequence
        }
        try active.file.write(blocks[...], at: active.writeOffset)
        for (position, frame) in frames.enumerated() { written.append((frame, places[position].sequence)) }
        end.watermarkWritten = watermark
        active = end
        nextSequence = sequence
        lastTime = time
        return places
    }

    private func header(
        for frame: PendingFrame, _ end: ActiveSegment, firstSequence: UInt64, time: UInt64, watermark: Int
    ) -> FrameHeader {
        FrameHeader(
            kind: frame.kind.rawValue, flags: frame.flags, firstSequence: firstSequence, appendTime: time,
            durableWatermark: UInt64(watermark), storedLength: UInt32(frame.payloadLength),
            rawLength: UInt32(frame.payloadLength), recordCount: UInt32(frame.recordCount),
            previousLength: end.lastLength, previousChecksum: end.lastChecksum,
            payloadChecksum: frame.payloadChecksum, addressee: frame.addressee)
    }

    /// Makes everything that was written durable.
    func synchronize() throws(StorageError) {
        try active.file.synchronize()
        active.durableOffset = active.writeOffset
    }

    /// Writes a filler, for which room is kept once behind the last group. Not durable yet.
    ///
    /// - Returns: false when an earlier process has used that room.
    func writeFiller() throws(StorageError) -> Bool {
        let capacity = active.segment.capacity
        guard active.writeOffset + FrameHeader.length + Self.sealRoom(capacity) <= capacity else { return false }
        try writeOwn([PendingFrame(FrameBuffer(capacity: 0), kind: .filler)])
        return true
    }

    /// Writes frames that nobody waits for.
    func writeOwn(_ frames: [PendingFrame]) throws(StorageError) {
        for place in try write(frames[...]) { active.index.add(sequence: place.sequence, offset: place.offset) }
        written.removeLast(frames.count)
    }
}
