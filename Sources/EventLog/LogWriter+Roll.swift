import Storage
import Synchronization

/// Ending a segment and beginning the next one (FORMAT.md section 4).
extension LogWriter {
    /// Ends the active segment and begins another that has room for `frameLength` more bytes.
    ///
    /// Everything written before is synced and answered. Space is found first: when there is none, nothing was changed.
    ///
    /// - Returns: the ended segment.
    func roll(checkpoint: [FrameBuffer], roomFor frameLength: Int, sealed: [SealedSegment]) throws(LogError)
        -> SealedSegment
    {
        let frames = Self.checkpointFrames(checkpoint)
        guard frames.allSatisfy({ $0.payloadLength <= FrameHeader.payloadBytesMax }) else {
            throw LogError(
                .frameTooLarge, "a checkpoint frame exceeds \(FrameHeader.payloadBytesMax) bytes",
                file: configuration.directory)
        }
        // A checkpoint takes a quarter of its segment at most: else a log of much state would write little else (R41).
        let checkpointLength = frames.reduce(0) { $0 + $1.frameLength }
        let needed = SegmentHeader.blockLength + max(checkpointLength + frameLength, 4 * checkpointLength)
        var bytes = adaptedSegmentBytes()
        while bytes - Self.endRoom(bytes) < needed {
            bytes += max(configuration.segmentBytesMin, SegmentHeader.blockLength)
        }
        let blocks = try LogError.converting(sticky: false) { () throws(StorageError) in
            try manifest.reserve(SegmentLedger.length(segments: sealed.count + 2))
            return try spare.take(bytes)
        }
        return try LogError.converting(sticky: true) { () throws(StorageError) in
            let old = try seal()
            let header = SegmentHeader(
                identity: configuration.identity, id: old.segment.header.id + 1, baseSequence: nextSequence,
                previous: old.link, salt: UInt32(truncatingIfNeeded: configuration.random()),
                isRecycled: !blocks.isBlank)
            try begin(header, blocks, checkpoint: frames)
            try writeLedger(sealed + [old])
            segmentBegan = configuration.clock.bootTime
            nextSegmentBytes = bytes
            spare.wantedLength.store(bytes, ordering: .relaxed)
            return old
        }
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
            sealChecksum: active.lastChecksum)
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
        try writeOwn(checkpoint)
        try synchronize()
        try configuration.fileSystem.rename(configuration.path(blocks.name), to: path)
        spare.didRename()
        try configuration.fileSystem.syncDirectory(configuration.directory)
    }

    /// Names the segments that the log consists of. Durable when it returns.
    func writeLedger(_ sealed: [SealedSegment]) throws(StorageError) {
        let newest = SegmentLedger.Entry(
            id: active.segment.header.id, baseSequence: active.segment.header.baseSequence, length: 0, endSequence: 0)
        let ledger = SegmentLedger(
            identity: configuration.identity, durableWatermark: UInt64(active.durableOffset),
            segments: sealed.map(\.ledgerEntry) + [newest])
        try manifest.write(ledger.encoded().bytes)
    }
}
