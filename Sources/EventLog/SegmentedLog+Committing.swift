import Storage

/// What the committer does with one log. All of it runs on the committer's thread.
extension SegmentedLog {
    /// Writes a group. Frames are answered by ``finishGroup()``, after the sync when the level asks for one.
    func writeGroup(_ frames: [PendingFrame]) {
        var rest = frames[...]
        var shortage = Shortage()
        while let first = rest.first {
            if let failure = failure.withLock({ $0 }) { return refuse(rest, failure) }
            do throws(LogError) {
                guard first.payloadLength <= FrameHeader.payloadBytesMax else { throw tooLarge }
                let count = writer.fitting(rest)
                if count == 0 {
                    try makeRoom(for: first, &shortage)
                } else {
                    try writeRun(rest.prefix(count))
                    rest = rest.dropFirst(count)
                }
            } catch {
                if error.code == .failed {
                    fail(error)
                    return refuse(rest, error)
                }
                // What is shorter may still fit, and settlements have their reserve (R37).
                refuse(rest.prefix(1), error)
                rest = rest.dropFirst()
            }
        }
    }

    /// What could not be found for a group; it is not looked for again before the next one.
    private struct Shortage {
        /// Space for events.
        var forEvents: LogError?
        /// Space for anything so long, in bytes.
        var forAll: (error: LogError, length: Int)?
    }

    /// Returns when there may be room in the active segment.
    private func makeRoom(for frame: PendingFrame, _ shortage: inout Shortage) throws(LogError) {
        if frame.kind == .events, let error = shortage.forEvents { throw error }
        if let (error, length) = shortage.forAll, frame.frameLength >= length { throw error }
        do throws(LogError) {
            if frame.kind == .events, writer.lacksReserveOnly, !writer.active.isSealed {
                try completeReserve()
            } else {
                try roll(roomFor: frame)
                // With what was given up before there may be space for the next segment after all.
                if writer.active.segment.header.isReserve, !freeReleasedSpace() { shortage.forEvents = fullDisk }
            }
        } catch {
            if frame.kind == .events {
                shortage.forEvents = error
            } else {
                shortage.forAll = (error, frame.frameLength)
            }
            throw error
        }
    }

    private func completeReserve() throws(LogError) {
        do {
            try writer.completeReserve(writer.reserveNeeds)
        } catch {
            guard error.code == .noSpace else { throw LogError(error, sticky: false) }
            guard freeReleasedSpace() else { throw LogWriter.refusal(of: error) }
            try completeReserve()
        }
    }

    private var fullDisk: LogError {
        LogWriter.refusal(
            of: StorageError(
                .noSpace, operation: "another segment", path: configuration.directory,
                detail: "settlements are written to the reserve"))
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
    private func roll(roomFor frame: PendingFrame) throws(LogError) {
        syncGroup()
        finishGroup()
        // What is given up already may be the space that is needed.
        releaseGivenUp()
        if let failure = failure.withLock({ $0 }) { throw failure }
        let sealed = try beginNextSegment(roomFor: frame)
        delegate?.logDidSeal(sealed)
        if sealed.sequences.isEmpty { writer.givenUp.insert(sealed.id) }
        releaseGivenUp()
    }

    private func beginNextSegment(roomFor frame: PendingFrame) throws(LogError) -> SegmentSummary {
        defer { reportSlowSyncs() }
        let sealed = reading.withLock { $0.sealed }
        let old = try roll(roomFor: frame, sealed)
        reading.withLock { $0.roll(old, active: writer.active.segment, index: writer.active.index) }
        return SegmentSummary(old)
    }

    private func roll(roomFor frame: PendingFrame, _ sealed: [SealedSegment]) throws(LogError) -> SealedSegment {
        do throws(LogError) {
            return try writer.roll(checkpoint: { delegate?.checkpoint() ?? [] }, roomFor: frame, sealed: sealed)
        } catch {
            guard error.code == .noSpace, freeReleasedSpace() else { throw error }
            return try writer.roll(checkpoint: { delegate?.checkpoint() ?? [] }, roomFor: frame, sealed: sealed)
        }
    }

    /// Has the disk begin with what ``syncGroup()`` will wait for.
    func beginSync() {
        if writer.isDirty, !hasFailed { writer.beginSynchronizing() }
    }

    /// Makes what was written durable. After an error the log is failed, for good, and is not synced again (R2, R3).
    func syncGroup() {
        guard writer.isDirty, !hasFailed else { return }
        do {
            try writer.synchronize()
        } catch {
            fail(LogError(error, sticky: true))
        }
        reportSlowSyncs()
    }

    private func reportSlowSyncs() {
        for (nanoseconds, bytes) in writer.slowSyncs {
            delegate?.logDidSyncSlowly(nanoseconds: nanoseconds, bytes: bytes)
        }
        writer.slowSyncs.removeAll()
    }

    /// Whether somebody waits for ``finishGroup()``.
    var hasAnswers: Bool { !writer.written.isEmpty || !writer.refused.isEmpty }

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

    /// Lets a frame of its own carry the newest watermark, when no other did (FORMAT.md section 4). Not durable yet.
    func writeWatermark() {
        do {
            try writer.writeFiller()
        } catch {
            fail(LogError(error, sticky: true))
        }
    }

    /// Makes the frame of ``writeWatermark()`` durable; it needs no other to vouch for it.
    func syncWatermark() {
        syncGroup()
        if !hasFailed { writer.active.watermarkWritten = writer.active.durableOffset }
    }

    /// The last sync, and a manifest that vouches for everything.
    func closeNow() {
        writer.spare.close()
        upkeep.close()
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
