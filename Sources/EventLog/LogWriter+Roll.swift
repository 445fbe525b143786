import Storage
import Synchronization

/// Ending a segment and beginning the next one (FORMAT.md section 4).
extension LogWriter {
    /// Ends the active segment and begins another that has room for one more frame.
    ///
    /// Everything written before is synced and answered. Space is found first: when there is none, nothing was changed. Where
    /// there is none for another segment, one from the reserve follows, which takes anything but events.
    ///
    /// - Returns: the ended segment.
    func roll(checkpoint: () -> [FrameBuffer], roomFor frame: PendingFrame, sealed: [SealedSegment]) throws(LogError)
        -> SealedSegment
    {
        // Looked for before the checkpoint is made: on a full disk a refused publish must not cost a walk over all state.
        var space = try findSpace(checkpointBytes: active.checkpointBytes, roomFor: frame, sealed: sealed.count)
        let frames = Self.checkpointFrames(checkpoint())
        let checkpointBytes = frames.reduce(0) { $0 + $1.frameLength }
        if checkpointBytes > active.checkpointBytes {
            space.putBack(spare)
            space = try findSpace(checkpointBytes: checkpointBytes, roomFor: frame, sealed: sealed.count)
        }
        guard frames.allSatisfy({ $0.payloadLength <= FrameHeader.payloadBytesMax }) else {
            space.putBack(spare)
            throw LogError(
                .frameTooLarge, "a checkpoint frame exceeds \(FrameHeader.payloadBytesMax) bytes",
                file: configuration.directory)
        }
        return try LogError.converting(sticky: true) { () throws(StorageError) in
            let old = try seal()
            let header = SegmentHeader(
                identity: configuration.identity, id: old.segment.header.id + 1, baseSequence: nextSequence,
                previous: old.link, salt: UInt32(truncatingIfNeeded: configuration.random()),
                fileLength: UInt64(space.blocks.length), isRecycled: !space.blocks.isBlank,
                isReserve: space.needs == nil)
            try begin(header, space.blocks, checkpoint: frames)
            active.checkpointBytes = checkpointBytes
            try writeLedger(sealed + [old])
            if let needs = space.needs {
                reserveNeeds = needs
                segmentBegan = configuration.clock.bootTime
                nextSegmentBytes = space.bytes
                spare.wantedLength.store(space.bytes, ordering: .relaxed)
            }
            return old
        }
    }

    private struct Space {
        var blocks: SpareSegment.Blocks
        /// How long the segment need be.
        var bytes: Int
        /// What is to be kept while the next segment is written; `nil` when the blocks are from the reserve.
        var needs: ReserveNeeds?

        /// The blocks are not used, or not yet.
        func putBack(_ spare: SpareSegment) {
            if needs != nil { spare.putBack(blocks) }
        }
    }

    /// Blocks for the next segment, and room for the manifest. After an error nothing was taken.
    private func findSpace(
        checkpointBytes: Int, roomFor frame: PendingFrame, sealed: Int
    ) throws(LogError) -> Space {
        let wanted = adaptedSegmentBytes()
        do throws(StorageError) {
            do throws(StorageError) {
                return try findSpace(wanted, checkpointBytes, frame, sealed)
            } catch {
                // Where there is no space for a long segment there may be some for a short one.
                guard error.code == .noSpace, wanted > configuration.segmentBytesMin else { throw error }
                return try findSpace(configuration.segmentBytesMin, checkpointBytes, frame, sealed)
            }
        } catch {
            guard error.code == .noSpace else { throw LogError(error, sticky: false) }
            guard frame.kind != .events else { throw Self.refusal(of: error) }
            return try LogError.converting(sticky: false) { () throws(StorageError) in
                try manifest.reserve(SegmentLedger.length(segments: sealed + 2))
                let bytes = SegmentHeader.blockLength + checkpointBytes + frame.frameLength
                let length = Self.segmentBytes(from: 0, roomFor: bytes)
                return Space(blocks: try reserve.take(length), bytes: length, needs: nil)
            }
        }
    }

    private func findSpace(
        _ wanted: Int, _ checkpointBytes: Int, _ frame: PendingFrame, _ sealed: Int
    ) throws(StorageError) -> Space {
        // A checkpoint takes a quarter of its segment at most: else a log of much state would write little else (R41).
        let needed = SegmentHeader.blockLength + max(checkpointBytes + frame.frameLength, 4 * checkpointBytes)
        let bytes = Self.segmentBytes(from: wanted, roomFor: needed)
        let needs = ReserveNeeds(
            configuration, sealed: sealed + 1, segmentBytes: bytes, checkpointBytes: checkpointBytes)
        do {
            try completeReserve(needs)
        } catch {
            // Settlements go on without; the next segment takes no events before it is complete.
            guard frame.kind != .events else { throw error }
            try manifest.reserve(SegmentLedger.length(segments: sealed + 2))
        }
        return Space(blocks: try spare.take(bytes), bytes: bytes, needs: needs)
    }

    /// The length of a segment with room for so many bytes beside its end, in whole blocks.
    private static func segmentBytes(from wanted: Int, roomFor needed: Int) -> Int {
        var bytes = wanted
        while bytes - endRoom(bytes) < needed {
            bytes += max(
                SegmentHeader.blockLength, (needed - bytes) / SegmentHeader.blockLength * SegmentHeader.blockLength)
        }
        return bytes
    }

    /// Tells a publisher about a full disk.
    static func refusal(of error: StorageError) -> LogError {
        LogError(
            .noSpace,
            "the disk is full: events are refused until there is space again, settlements go on; free some, settle what waits, "
                + "or move the data directory (\(error.description))", file: error.path)
    }

    private static func checkpointFrames(_ payloads: [FrameBuffer]) -> [PendingFrame] {
        let payloads = payloads.isEmpty ? [FrameBuffer(capacity: 0)] : payloads
        return payloads.enumerated().map { position, payload in
            let isLast = position == payloads.count - 1
            return PendingFrame(payload, kind: .checkpoint, flags: isLast ? FrameHeader.lastOfCheckpoint : 0)
        }
    }

    /// A segment that filled within ten seconds is followed by one four times as long, within a minute by one twice as long;
    /// one that took over ten minutes by one half as long. Thousands of quiet topics stay small, a busy one rolls seldom.
    private func adaptedSegmentBytes() -> Int {
        let seconds = (configuration.clock.bootTime - segmentBegan) / 1_000_000_000
        let bytes =
            switch seconds {
            case ..<10: nextSegmentBytes * 4
            case ..<60: nextSegmentBytes * 2
            case 600...: nextSegmentBytes / 2
            default: nextSegmentBytes
            }
        return min(max(bytes, configuration.segmentBytesMin), configuration.segmentBytesMax)
    }

    private func seal() throws(StorageError) -> SealedSegment {
        if !active.isSealed {
            try writeOwn([PendingFrame(active.index.encoded(), kind: .seal)])
            try synchronize()
            active.isSealed = true
        }
        let end = active.writeOffset
        let start = end - Int(active.lastLength) + FrameHeader.length
        return SealedSegment(
            segment: active.segment, length: end, endSequence: nextSequence, index: start..<end,
            sealChecksum: active.lastChecksum, lastTime: lastTime)
    }

    private func begin(
        _ header: SegmentHeader, _ blocks: SpareSegment.Blocks, checkpoint: [PendingFrame]
    ) throws(StorageError) {
        let (block, checksum) = header.encoded()
        try blocks.file.write([block], at: 0)
        let path = configuration.path(Segment.name(header.id))
        let segment = Segment(
            header: header, headerChecksum: checksum, path: path, region: try blocks.file.map(blocks.length, .readOnly))
        active = ActiveSegment(segment: segment, file: blocks.file)
        if blocks.isWritten { active.writtenOffset = blocks.length }
        try writeOwn(checkpoint)
        try synchronize()
        try configuration.fileSystem.rename(configuration.path(blocks.name), to: path)
        if header.isReserve { reserve.didRename(blocks.name) } else { spare.didRename() }
        try configuration.fileSystem.syncDirectory(configuration.directory)
    }

    /// Names the segments that the log consists of. Durable when it returns.
    func writeLedger(_ sealed: [SealedSegment]) throws(StorageError) {
        try manifest.write(SegmentLedger(configuration.identity, sealed, active).encoded().bytes)
    }
}
