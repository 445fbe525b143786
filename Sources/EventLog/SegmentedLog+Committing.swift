import Storage

/// What the committer does with one log. All of it runs on the committer's thread.
extension SegmentedLog {
    /// Writes a group. Frames are answered by ``finishGroup()``, after the sync when the level asks for one.
    func writeGroup(_ frames: [PendingFrame]) {
        var rest = frames[...]
        var fullDisk: LogError?
        while !rest.isEmpty {
            if let failure = failure.withLock({ $0 }) { return refuse(rest, failure) }
            if let first = rest.first, first.payloadLength > FrameHeader.payloadBytesMax {
                refuse(rest.prefix(1), tooLarge)
                rest = rest.dropFirst()
                continue
            }
            let count = writer.fitting(rest)
            do throws(LogError) {
                if count == 0 {
                    if let fullDisk { throw fullDisk }
                    try roll(roomFor: rest[rest.startIndex].frameLength)
                } else {
                    try writeRun(rest.prefix(count))
                    rest = rest.dropFirst(count)
                }
            } catch {
                if error.code == .failed {
                    fail(error)
                    return refuse(rest, error)
                }
                // What is shorter may still fit: acknowledgements behind a large publish, for one (R37).
                fullDisk = error
                refuse(rest.prefix(1), error)
                rest = rest.dropFirst()
            }
        }
    }

    private func refuse(_ frames: ArraySlice<PendingFrame>, _ error: LogError) {
        for frame in frames { writer.refused.append((frame, error)) }
    }

    private var tooLarge: LogError {
        LogError(
            .frameTooLarge, "a frame holds at most \(FrameHeader.payloadBytesMax) bytes", file: configuration.directory)
    }

    private func writeRun(_ frames: ArraySlice<PendingFrame>) throws(LogError) {
        let places: [(sequence: UInt64, offset: Int)]
        do {
            places = try writer.write(frames)
        } catch {
            throw LogError(error, sticky: true)
        }
        reading.withLock { reading in
            for place in places {
                writer.active.index.add(sequence: place.sequence, offset: place.offset)
                reading.activeIndex.add(sequence: place.sequence, offset: place.offset)
            }
        }
    }

    /// Begins another segment. What the group wrote so far is synced and answered first, so that the checkpoint holds it.
    private func roll(roomFor frameLength: Int) throws(LogError) {
        syncGroup()
        finishGroup()
        if let failure = failure.withLock({ $0 }) { throw failure }
        let checkpoint = delegate?.checkpoint() ?? []
        let sealed = reading.withLock { $0.sealed }
        let old = try writer.roll(checkpoint: checkpoint, roomFor: frameLength, sealed: sealed)
        reading.withLock { reading in
            reading.sealed.append(old)
            reading.active = writer.active.segment
            reading.activeIndex = writer.active.index
        }
    }

    /// Makes what was written durable. After an error the log is failed, for good, and is not synced again (R2, R3).
    func syncGroup() {
        guard writer.isDirty, !hasFailed else { return }
        do {
            try writer.synchronize()
        } catch {
            fail(LogError(error, sticky: true))
        }
    }

    /// Answers every frame of the group, and shows its events to readers.
    func finishGroup() {
        let written = writer.written
        let refused = writer.refused
        writer.written.removeAll(keepingCapacity: true)
        writer.refused.removeAll()
        if let failure = failure.withLock({ $0 }) {
            for (frame, _) in written { frame.ticket?.appendDidFail(failure) }
        } else {
            if writer.nextSequence > tail {
                publish(tail: writer.nextSequence)
                answer(written)
                delegate?.logDidGrow(tail: writer.nextSequence)
            } else {
                answer(written)
            }
        }
        for (frame, error) in refused { frame.ticket?.appendDidFail(error) }
    }

    private func answer(_ written: [(frame: PendingFrame, firstSequence: UInt64)]) {
        for (frame, firstSequence) in written { frame.ticket?.appendDidCommit(firstSequence: firstSequence) }
    }

    /// Lets a frame of its own carry the newest watermark, when no other did (FORMAT.md section 4).
    func writeWatermark() {
        guard writer.owesWatermark, !hasFailed else { return }
        do {
            if try writer.writeFiller() { syncGroup() }
        } catch {
            return fail(LogError(error, sticky: true))
        }
        // The filler itself needs no other to vouch for it.
        if !hasFailed { writer.active.watermarkWritten = writer.active.durableOffset }
    }

    /// Gives up segments that lie below a sequence: the manifest first, then the files. O(1) when there are none.
    func trim(below sequence: UInt64) {
        guard let point = firstTrimPoint, point <= sequence, !hasFailed else { return }
        // At level `written` the acknowledgements that freed the segments may not be durable yet.
        syncGroup()
        guard !hasFailed else { return }
        var (dropped, kept) = reading.withLock { reading in
            let count = reading.sealed.prefix { $0.endSequence <= sequence }.count
            return (Array(reading.sealed.prefix(count)), Array(reading.sealed.dropFirst(count)))
        }
        do {
            // Both files of the manifest: else damage to one would let the other name segments that are gone.
            try writer.writeLedger(kept)
            try writer.writeLedger(kept)
        } catch {
            // On a full disk the manifest stays as it is, and a later cycle tries again.
            if error.code != .noSpace { fail(LogError(error, sticky: true)) }
            return
        }
        reading.withLock { $0.sealed = kept }
        // What cannot be removed now is not part of the log any more, and goes at the next opening.
        for position in dropped.indices { try? remove(&dropped[position]) }
        try? configuration.fileSystem.syncDirectory(configuration.directory)
    }

    /// Recycles the file unless a reader still looks at it.
    private func remove(_ sealed: inout SealedSegment) throws(StorageError) {
        let path = sealed.segment.path
        let length = sealed.segment.capacity
        if sealed.isUnread(), try writer.spare.recycle(path, length: length) { return }
        try configuration.fileSystem.unlink(path)
    }

    /// The last sync, and a manifest that vouches for everything.
    func closeNow() {
        writer.spare.close()
        syncGroup()
        if !hasFailed {
            do {
                try writer.writeLedger(reading.withLock { $0.sealed })
            } catch {
                fail(LogError(error, sticky: true))
            }
        }
        failure.withLock { $0 = $0 ?? closed }
    }
}
