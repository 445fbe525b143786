import Storage

/// The end of the log that grows. Used by the committer's thread only; that rule makes it `Sendable`.
final class LogWriter: @unchecked Sendable {
    let configuration: LogConfiguration
    let manifest: Manifest
    let spare: SpareSegment
    let reserve: Reserve
    var reserveNeeds: ReserveNeeds
    var active: ActiveSegment
    private(set) var nextSequence: UInt64
    /// The append time of the last frame.
    private(set) var lastTime: UInt64
    /// When the active segment was begun, in boot time.
    var segmentBegan: UInt64
    /// How long the next segment will be, in bytes.
    var nextSegmentBytes: Int
    /// When frames were last queued, in boot time.
    var lastGroupTime: UInt64 = 0

    /// Sealed segments that were given up and are still named.
    var givenUp: Set<UInt64>

    /// Syncs that took too long and were not reported yet.
    var slowSyncs: [(nanoseconds: UInt64, bytes: Int)] = []

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
        reserve = Reserve(configuration: configuration)
        reserveNeeds = ReserveNeeds(
            configuration, sealed: recovered.sealed.count, segmentBytes: recovered.active.segment.capacity,
            checkpointBytes: recovered.active.checkpointBytes)
        givenUp = Set(recovered.sealed.filter(\.holdsNoEvents).map(\.segment.header.id))
    }

    /// Whether the active segment is half full and took five seconds for that at least. One from the reserve is not followed by
    /// blocks made ready: there is no space, or the next events find it.
    var fillsSlowly: Bool {
        !active.segment.header.isReserve && 2 * active.writeOffset > active.segment.capacity
            && configuration.clock.bootTime - segmentBegan > 5_000_000_000
    }

    /// Whether something was written that is not synced yet.
    var isDirty: Bool { active.writeOffset > active.durableOffset }

    /// Whether the newest watermark stands in no frame yet.
    var owesWatermark: Bool { active.watermarkWritten < active.durableOffset && !active.isSealed }

    /// How many of the frames the active segment takes, beside its seal and a last filler.
    func fitting(_ frames: ArraySlice<PendingFrame>) -> Int {
        guard !active.isSealed else { return 0 }
        let takesEvents = takesEvents
        var room = active.segment.capacity - active.writeOffset - Self.endRoom(active.segment.capacity)
        var count = 0
        for frame in frames {
            room -= frame.frameLength
            guard room >= 0, takesEvents || frame.kind != .events, frame.payloadLength <= FrameHeader.payloadBytesMax
            else { break }
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
        end.writtenOffset = writeAhead(of: end.writeOffset, &blocks)
        try active.file.write(blocks[...], at: active.writeOffset)
        for (position, frame) in frames.enumerated() { written.append((frame, places[position].sequence)) }
        end.watermarkWritten = watermark
        active = end
        nextSequence = sequence
        lastTime = time
        return places
    }

    /// A small group that comes to blocks which are allocated only takes zeros along: the file system syncs blocks that were written
    /// before in half the time, because their first write is a change of the file's map too. A large group gains nothing.
    ///
    /// - Returns: up to where the blocks will have been written.
    private func writeAhead(of end: Int, _ blocks: inout [ByteBlock]) -> Int {
        guard end > active.writtenOffset else { return active.writtenOffset }
        guard end - active.writeOffset <= Self.smallGroupBytes else { return end }
        let capacity = active.segment.capacity
        let ahead = min(max(capacity / 64, Zeros.block.count), Self.aheadBytesMax)
        let count = min(ahead, capacity - end) / Zeros.block.count
        for _ in 0..<count { blocks.append(Zeros.block) }
        return end + count * Zeros.block.count
    }

    /// A group up to this length takes zeros along, in bytes: a 64th of the segment, and no more than ``aheadBytesMax``.
    private static let smallGroupBytes = 128 << 10
    /// 256 KiB take a quarter of a millisecond to write and sync, 1 MiB a whole one, which all of that group wait for.
    private static let aheadBytesMax = 256 << 10

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

    func beginSynchronizing() {
        active.file.beginWriting(active.durableOffset..<active.writeOffset)
    }

    /// Makes everything that was written durable.
    func synchronize() throws(StorageError) {
        let bytes = active.writeOffset - active.durableOffset
        let began = configuration.clock.bootTime
        defer {
            let nanoseconds = configuration.clock.bootTime - began
            if nanoseconds > Committer.slowSyncNanoseconds { slowSyncs.append((nanoseconds, bytes)) }
        }
        try active.file.synchronize()
        active.durableOffset = active.writeOffset
    }

    /// Writes a filler, for which room is kept once behind the last group; does nothing when an earlier process has used that room.
    /// Not durable yet.
    func writeFiller() throws(StorageError) {
        let capacity = active.segment.capacity
        guard active.writeOffset + FrameHeader.length + Self.sealRoom(capacity) <= capacity else { return }
        try writeOwn([PendingFrame(FrameBuffer(capacity: 0), kind: .filler)])
    }

    /// Writes frames that nobody waits for.
    func writeOwn(_ frames: [PendingFrame]) throws(StorageError) {
        for place in try write(frames[...]) { active.index.add(sequence: place.sequence, offset: place.offset) }
        written.removeLast(frames.count)
    }
}
