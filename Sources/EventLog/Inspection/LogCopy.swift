package import Storage

/// A copy of a log, made while a server may be writing to it: of each file as much as is whole, compared with its checksums once it is
/// copied. Nothing makes a log of the files before ``writeManifest()``.
package struct LogCopy {
    /// Where the copy lies.
    package let directory: String
    private let identity: LogIdentity
    private let fileSystem: any FileSystem
    private let cache = BlockCache()
    /// Sealed and packed segments that are copied, with what the manifest says of them.
    private var copied: [UInt64: SegmentLedger.Entry] = [:]
    /// What the copy consists of, once it is complete.
    private var ledger: SegmentLedger?
    /// One past the last event in it.
    package private(set) var endSequence: UInt64 = 1
    /// Of its files.
    package private(set) var bytes = 0

    private static let pieceBytes = 1 << 20

    /// A copy in a directory that is there and empty.
    package init(into directory: String, of identity: LogIdentity, _ fileSystem: any FileSystem) {
        self.directory = directory
        self.identity = identity
        self.fileSystem = fileSystem
    }

    /// Copies what the log holds: the sealed and packed segments that an earlier call has not copied yet, and last the newest one
    /// up to the end of its last whole frame. O(bytes), a piece at a time. May be called again with a newer listing.
    ///
    /// - Parameters:
    ///   - pause: waits a moment for a server that may be writing at the end of the log.
    ///   - progress: told how many bytes were copied.
    /// - Throws: ``LogError``, `damaged` naming the file that was read. A segment that is given up or packed meanwhile looks like one
    ///   that is damaged: the same file in a newer listing decides.
    package mutating func copy(
        _ log: LogInspection, pause: @escaping () -> Void, progress: (Int) -> Void
    ) throws(LogError) {
        ledger = nil
        if let fault = log.faults.first { throw fault }
        // Of a topic that was just made there is nothing yet.
        guard let newest = log.newest else { return }
        var entries: [SegmentLedger.Entry] = []
        for segment in log.segments.dropLast() {
            let entry = try copySealed(segment, pause, progress)
            entries.append(entry)
        }
        let end = try copyNewest(newest, pause, progress)
        entries.append(
            SegmentLedger.Entry(id: newest.id, baseSequence: newest.baseSequence, length: 0, endSequence: 0))
        try removeOthers(than: Set(entries.map(\.id)))
        endSequence = end.sequence
        bytes = log.segments.reduce(0) { $0 + $1.fileLength }
        ledger = SegmentLedger(identity: identity, durableWatermark: UInt64(end.offset), segments: entries)
    }

    /// Makes a log of what was copied: both files of its manifest, synced with the names of all files.
    package func writeManifest() throws(LogError) {
        guard let ledger else { return }
        try LogError.converting(sticky: false) { () throws(StorageError) in
            try Manifest.writeBoth(ledger.encoded().bytes, in: directory, fileSystem)
            try fileSystem.syncDirectory(directory)
        }
    }

    /// How many there are, once it is complete.
    package var segmentCount: Int { ledger?.segments.count ?? 0 }

    // MARK: - Segments

    private mutating func copySealed(
        _ source: InspectedSegment, _ pause: @escaping () -> Void, _ progress: (Int) -> Void
    ) throws(LogError) -> SegmentLedger.Entry {
        let packedLength = source.isPacked ? UInt64(source.fileLength) : 0
        if let entry = copied[source.id], entry.packedLength == packedLength { return entry }
        var entry = SegmentLedger.Entry(
            id: source.id, baseSequence: source.baseSequence, length: UInt64(source.recordedEnd ?? 0),
            endSequence: source.recordedEndSequence ?? 0, packedLength: packedLength)
        try write(source, upTo: source.fileLength, progress)
        let end = try verify(entry, isSealed: true, of: source, pause)
        guard end.reason == .seal else {
            throw LogError.damaged(source, "the segment does not end with its seal", at: end.offset)
        }
        // What a roll made that the manifest does not name yet ends where its seal does.
        entry.length = UInt64(end.offset)
        entry.endSequence = end.sequence
        copied[source.id] = entry
        return entry
    }

    private func copyNewest(
        _ source: InspectedSegment, _ pause: @escaping () -> Void, _ progress: (Int) -> Void
    ) throws(LogError) -> End {
        let end = try Self.walk(source, of: source, pause)
        try write(source, upTo: end.offset, progress)
        let entry = SegmentLedger.Entry(id: source.id, baseSequence: source.baseSequence, length: 0, endSequence: 0)
        let copiedEnd = try verify(entry, isSealed: false, of: source, pause)
        guard copiedEnd.offset == end.offset else {
            throw LogError.damaged(source, "the copy of the segment ends early", at: copiedEnd.offset)
        }
        return end
    }

    private func write(_ source: InspectedSegment, upTo end: Int, _ progress: (Int) -> Void) throws(LogError) {
        guard let region = source.segment?.region else {
            throw LogError.damaged(source, "the segment cannot be read", at: 0)
        }
        let path = "\(directory)/\(source.name)"
        try LogError.converting(sticky: false) { () throws(StorageError) in
            if try fileSystem.contains(source.name, in: directory) { try fileSystem.unlink(path) }
            let file = try fileSystem.open(path, .createNew)
            try file.allocate(source.fileLength)
            var offset = 0
            while offset < min(end, region.length) {
                let next = min(offset + Self.pieceBytes, end, region.length)
                try file.write([ByteBlock(copying: region.bytes.extracting(offset..<next))], at: offset)
                file.beginWriting(offset..<next)
                progress(next - offset)
                offset = next
            }
            try file.synchronize()
        }
    }

    /// Removes what an earlier call copied, and the log has given up or packed since.
    private mutating func removeOthers(than ids: Set<UInt64>) throws(LogError) {
        let kept = Set(
            ids.map { id in
                let isPacked = copied[id].map { $0.packedLength > 0 } ?? false
                return isPacked ? PackedFile.name(id) : Segment.name(id)
            })
        try LogError.converting(sticky: false) { () throws(StorageError) in
            for name in try fileSystem.list(directory) where !kept.contains(name) {
                let isSegment = Segment.id(ofName: name) != nil || Segment.id(ofName: name, "packed") != nil
                if isSegment { try fileSystem.unlink("\(directory)/\(name)") }
            }
        }
        copied = copied.filter { ids.contains($0.key) }
    }

    // MARK: - Verifying

    /// Where the frames of a segment end.
    private struct End {
        let offset: Int
        let sequence: UInt64
        let reason: SegmentEnd?
    }

    /// Compares what was copied with its checksums: the source may have become something else meanwhile.
    private func verify(
        _ entry: SegmentLedger.Entry, isSealed: Bool, of source: InspectedSegment, _ pause: @escaping () -> Void
    ) throws(LogError) -> End {
        var copy = InspectedSegment(entry, of: identity, watermark: nil, in: directory, fileSystem, cache)
        copy.isFollowed = isSealed
        copy.successor = source.successor
        if let fault = copy.fault { throw LogError.damaged(source, fault.message, at: fault.offset ?? 0) }
        return try Self.walk(copy, of: source, pause)
    }

    /// - Throws: `damaged` at the first bytes that are not as they were written, naming the source.
    private static func walk(
        _ segment: InspectedSegment, of source: InspectedSegment, _ pause: @escaping () -> Void
    ) throws(LogError) -> End {
        var scan = SegmentScan(segment, pause: pause)
        while let item = scan.next() {
            guard case .damage(let range) = item else { continue }
            let place = range.error.offset ?? range.offset
            throw LogError.damaged(source, range.error.message, at: place, range.error.sequences)
        }
        return End(offset: scan.position, sequence: scan.nextSequence, reason: scan.end)
    }
}

extension LogError {
    fileprivate static func damaged(
        _ segment: InspectedSegment, _ message: String, at offset: Int, _ sequences: ClosedRange<UInt64>? = nil
    ) -> LogError {
        LogError(.damaged, message, file: segment.path, segment: segment.id, offset: offset, sequences: sequences)
    }
}
