import DequeModule
import Storage
import Synchronization

/// Segments that go: which there are, and giving them up.
extension SegmentedLog {
    /// The segments that are not written to any more, oldest first. O(segments).
    public var sealedSegments: [SegmentSummary] {
        reading.withLock { $0.sealed.map { SegmentSummary($0) } }
    }

    /// Gives sealed segments up, wherever they lie, in the background. Ids of no sealed segment are ignored.
    ///
    /// From now on ``firstSequence`` and ``gap(atOrAfter:)`` pass them, so that nobody begins with events that are about to go.
    /// What was written so far is made durable first, and a crash at any moment leaves each of them whole or gone. On a full
    /// disk the manifest may be in the way; then it is tried again with a later group. O(ids), then O(segments).
    public func release(_ ids: Set<UInt64>) {
        guard !ids.isEmpty else { return }
        let known = change { $0.leave(ids) }
        if !known.isEmpty { committer.enqueueRelease(known, of: self) }
    }

    /// The first range of sequences, at or after this one or with it inside, that was given up though older events are still
    /// there; `nil` when there is none. O(1) in a log without gaps, else O(log gaps).
    public func gap(atOrAfter sequence: UInt64) -> Range<UInt64>? {
        guard hasGaps.load(ordering: .acquiring) else { return nil }
        return reading.withLock { $0.gap(atOrAfter: sequence) }
    }

    /// Changes what there is to read, and what is answered without its lock.
    private func change<Result>(_ body: (inout ReadableSegments) -> Result) -> Result {
        reading.withLock { reading in
            let result = body(&reading)
            hasGaps.store(!reading.gaps.isEmpty, ordering: .releasing)
            visibleFirst.store(reading.firstSequence, ordering: .releasing)
            return result
        }
    }

    // MARK: - On the committer's thread

    /// Gives up what was asked for: the manifest first, then the files. O(1) when there is nothing.
    func releaseGivenUp() {
        guard !writer.givenUp.isEmpty, !hasFailed else { return }
        var (dropped, kept) = reading.withLock { $0.divided(by: writer.givenUp) }
        guard !dropped.isEmpty else { return writer.givenUp.removeAll() }
        // At level `written` the acknowledgements that freed the segments may not be durable yet.
        syncGroup()
        guard !hasFailed else { return }
        do {
            // Both files of the manifest: else damage to one would let the other name segments that are gone.
            try writer.writeLedger(kept)
            try writer.writeLedger(kept)
        } catch {
            // On a full disk the manifest stays as it is, and a later cycle tries again.
            if error.code != .noSpace { fail(LogError(error, sticky: true)) }
            return
        }
        writer.givenUp.removeAll()
        change { $0.sealed = kept }
        for position in dropped.indices { remove(&dropped[position]) }
        // The failure sticks to the log; what was given up stays so.
        try? syncNames()
    }

    /// Gives the file system back space of segments that were given up, those first that were given up first. Blocking, and everybody
    /// who syncs may have to wait as long: a disk that is told what is free (`discard`) takes a quarter to a whole millisecond for a
    /// MiB. For a thread of low priority.
    public func freeReleasedSpace(atMost bytes: Int) {
        guard var file = released.withLock({ $0.popFirst() }) else { return }
        switch file.free(atMost: bytes) {
        case .some: released.withLock { $0.prepend(file) }
        case .none: released.withLock { $0.append(file) }
        case .all: break
        }
    }

    /// Gives all of it back at once. - Returns: whether there was any.
    @discardableResult
    func freeReleasedSpace() -> Bool {
        let going = released.withLock { released in
            defer { released.removeAll() }
            return released
        }
        return !going.isEmpty
    }

    /// How many bytes of segments that were given up the file system does not have back yet; `nil` when nothing is left to do.
    public var releasedBytes: Int? {
        released.withLock { released in released.isEmpty ? nil : released.reduce(0) { $0 + $1.length } }
    }

    /// Makes the names in the directory durable. An error fails the log, for good: the kernel may have forgotten them, and
    /// the next sync, that of a roll, would not say so (R2).
    func syncNames() throws(LogError) {
        do {
            try configuration.fileSystem.syncDirectory(configuration.directory)
        } catch {
            let error = LogError(error, sticky: true)
            fail(error)
            throw error
        }
    }

    /// Removes the file of a segment that the log does not name any more. What cannot be removed now goes at the next opening.
    func remove(_ sealed: inout SealedSegment) {
        let file = try? vacate(&sealed)
        let going = sealed
        released.withLock { $0.append(ReleasedFile(going, file)) }
    }

    /// Puts the file into the reserve or recycles it, unless a reader still looks at it; else takes its name away.
    ///
    /// - Returns: the file without a name; `nil` when it could not be opened, or has another use now.
    private func vacate(_ sealed: inout SealedSegment) throws(StorageError) -> (any StorageFile)? {
        let path = sealed.segment.path
        let length = sealed.segment.capacity
        if sealed.isUnread() {
            if sealed.segment.header.isReserve, try writer.takeBackReserve(path, length: length) { return nil }
            if try writer.spare.recycle(path, length: length) { return nil }
        }
        let file = try? configuration.fileSystem.open(path, .readWrite)
        try configuration.fileSystem.unlink(path)
        return file
    }
}
