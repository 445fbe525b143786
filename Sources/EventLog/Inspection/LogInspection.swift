package import Storage

/// The files of a log as they lie there: read without changing anything, also while a server writes to them.
///
/// What cannot be read is shown with its reason and passed over; so it is for people and tools, not for delivering from.
package struct LogInspection: Sendable {
    /// The directory that it read.
    package let directory: String
    /// Those that the manifest names and those that were begun since, oldest first; without a manifest all that are there.
    package let segments: [InspectedSegment]
    /// What is wrong with files, or between them; damage to frames shows when a segment is scanned.
    package let faults: [LogError]
    /// What is wrong, but loses nothing.
    package let warnings: [LogError]
    /// Files that are no part of the log, though they may hold data of it.
    package let otherFiles: [OtherFile]
    /// Whether there is not a file in the directory, as before a log is first opened.
    package let isBlank: Bool

    /// Reads the manifest, and opens every segment. O(segments).
    ///
    /// - Throws: ``LogError``, when the directory cannot be read, is of another log, or of a newer format.
    package init(
        _ directory: String, identity: LogIdentity?, _ fileSystem: any FileSystem, cache: BlockCache = BlockCache()
    ) throws(LogError) {
        self.directory = directory
        var opening = try InspectionOpening(directory, identity, fileSystem, cache)
        try opening.run()
        segments = opening.segments
        faults = opening.faults
        warnings = opening.warnings
        otherFiles = opening.otherFiles
        isBlank = opening.isBlank
    }

    /// The first sequence that is still there; 1 without segments.
    package var firstSequence: UInt64 { segments.first?.baseSequence ?? 1 }

    /// The newest segment, which is written to.
    package var newest: InspectedSegment? { segments.last }

    /// Whether the log still consists of that file: what is given up or packed may be written over. O(segments). Yes in doubt, and for
    /// what no manifest names yet.
    package func stillNames(_ segment: InspectedSegment, _ fileSystem: any FileSystem) -> Bool {
        guard let content = (try? Manifest.inspect(in: directory, Set(Manifest.names), fileSystem))?.content,
            let ledger = unsafe SegmentLedger(content.span.bytes), let last = ledger.segments.last,
            segment.id <= last.id
        else { return true }
        return ledger.segments.contains { $0.id == segment.id && ($0.packedLength > 0) == segment.isPacked }
    }

    /// The segment that holds a sequence, or the one after it. O(log segments).
    package func position(of sequence: UInt64) -> Int {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].baseSequence <= sequence { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }
}

/// A file in a log's directory that the log does not consist of.
package struct OtherFile: Sendable, Equatable {
    /// How it came there.
    package enum Kind: Sendable {
        /// A start put it aside; it is never read.
        case setAside
        /// A segment that was given up, or the other form of one: the next start removes it.
        case leftOver
        /// A segment with a higher number than the log's newest, which does not continue it: the next start sets it aside.
        case unconnected
    }

    /// Of the file.
    package let name: String
    package let kind: Kind
}
