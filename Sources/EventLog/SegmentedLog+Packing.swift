import Storage

/// Cold segments are compressed (FORMAT.md sections 4 and 7).
extension SegmentedLog {
    /// Compresses the oldest segment that is sealed, cold and not compressed yet.
    ///
    /// Blocking: a third of a second for a segment of 64 MiB, and once as much as it takes to sync what is left of it; up to the
    /// last step nothing else of the log waits, the last step takes the committer's thread for four syncs. For a thread of low
    /// priority, one at a time; never for the committer's. Call it again until it returns `nil`, then after a while. Memory: two
    /// blocks and what is written at once, some 2 MiB (up to twice a frame when frames are longer). The disk must hold both
    /// forms for a moment.
    ///
    /// Whatever fails before the manifest is written leaves the log as it was, `noSpace` included. The segment is durable in one
    /// form or the other at every moment.
    ///
    /// - Parameter nanoseconds: how long ago the segment must have been sealed at least, by the log's append times. The newest
    ///   sealed segment is never taken.
    /// - Returns: what became of the segment; `nil` when there is none to take, or another thread is packing.
    /// - Throws: ``LogError``: `damaged` when the segment is not as it was written, which is then not packed and not tried again
    ///   before the log is opened again; `noSpace` or `storage` when the disk refused; `failed` when the manifest could not be
    ///   written or the directory not be synced, which fails the log; `closed`.
    public func packNextColdSegment(olderThan nanoseconds: UInt64) throws(LogError) -> PackOutcome? {
        guard !hasFailed, upkeep.beginPacking() else { return nil }
        let packed: PackedFile
        switch try draftOfNextColdSegment(olderThan: nanoseconds) {
        case .none: return nil
        case .some(.written(let file)): packed = file
        case .some(.other(let outcome)): return outcome
        }
        // From here on only the committer's thread writes in the directory.
        let result = Guarded<Result<PackOutcome, LogError>>(.failure(closed))
        let isDone = committer.perform(for: self) {
            let outcome: Result<PackOutcome, LogError>
            do throws(LogError) {
                outcome = .success(try self.adopt(packed))
            } catch {
                outcome = .failure(error)
            }
            result.withLock { $0 = outcome }
        }
        guard isDone else { throw closed }
        return try result.withLock { $0 }.get()
    }

    private enum Draft {
        case written(PackedFile)
        case other(PackOutcome)
    }

    private func draftOfNextColdSegment(olderThan nanoseconds: UInt64) throws(LogError) -> Draft? {
        defer { upkeep.endPacking() }
        guard let id = nextColdSegment(olderThan: nanoseconds) else { return nil }
        do throws(LogError) {
            return try writeDraft(id)
        } catch {
            if error.code == .damaged { upkeep.markUnfit(id) }
            throw error
        }
    }

    private func nextColdSegment(olderThan nanoseconds: UInt64) -> UInt64? {
        let now = configuration.clock.wallTime
        let sealed = reading.withLock { $0.sealed }
        return sealed.dropLast().first { sealed in
            sealed.segment.packed == nil && sealed.lastTime <= now && now - sealed.lastTime >= nanoseconds
                && upkeep.mayPack(sealed.segment.header.id)
        }?.segment.header.id
    }

    /// Keeps no reference to the segment, so that its blocks can be used again.
    private func writeDraft(_ id: UInt64) throws(LogError) -> Draft {
        let sealed = reading.withLock { reading in reading.sealed.first { $0.segment.header.id == id } }
        guard let sealed else { return .other(.released(segment: id)) }
        let packer = SegmentPacker(configuration: configuration) { self.upkeep.isClosed }
        let packed = try packer.pack(sealed)
        upkeep.didVerify(id, at: configuration.clock.bootTime)
        if let packed { return .written(packed) }
        upkeep.markUnfit(id)
        return .other(.notWorthIt(segment: id))
    }

    // MARK: - On the committer's thread

    /// Gives the draft its name, lets the manifest name it, shows it to readers, and gives up the segment's own file.
    private func adopt(_ packed: PackedFile) throws(LogError) -> PackOutcome {
        let id = packed.header.segment.id
        let draftPath = configuration.path(PackedFile.draftName(id))
        if let failure = failure.withLock({ $0 }) { throw failure }
        var sealed = reading.withLock { $0.sealed }
        guard let position = sealed.firstIndex(where: { $0.segment.header.id == id }) else {
            try? configuration.fileSystem.unlink(draftPath)
            return .released(segment: id)
        }
        do throws(LogError) {
            try LogError.converting(sticky: false) { () throws(StorageError) in
                try writer.manifest.reserve(SegmentLedger.length(segments: sealed.count + 1))
                try configuration.fileSystem.rename(draftPath, to: packed.path)
            }
        } catch {
            try? configuration.fileSystem.unlink(draftPath)
            throw error
        }
        sealed[position] = SealedSegment(packed)
        try name(sealed, id)
        // Readers that hold the segment's own file keep it; all others see the packed one from here on.
        var old = reading.withLock { reading in
            let old = reading.sealed[position]
            reading.sealed[position] = sealed[position]
            return old
        }
        let outcome = PackOutcome.packed(segment: id, from: old.segment.capacity, to: packed.region.length)
        remove(&old)
        try syncNames()
        return outcome
    }

    /// From the first write of the manifest on, either form may be the one that counts: no file goes before both are written.
    private func name(_ sealed: [SealedSegment], _ id: UInt64) throws(LogError) {
        try syncNames()
        do {
            try writer.writeLedger(sealed)
            try writer.writeLedger(sealed)
        } catch {
            upkeep.markUnfit(id)
            let isFailure = error.code != .noSpace
            let error = LogError(error, sticky: isFailure)
            if isFailure { fail(error) }
            throw error
        }
    }
}
