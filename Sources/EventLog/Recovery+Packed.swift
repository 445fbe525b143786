import Storage

/// Packed segments, and what an interrupted packing left (FORMAT.md sections 5 and 7).
extension Recovery {
    /// A sealed segment whose packed form the manifest names. O(blocks). - Throws: `damaged`.
    func openPacked(
        _ entry: SegmentLedger.Entry, _ sequences: ClosedRange<UInt64>
    ) throws(LogError) -> SealedSegment {
        let path = configuration.path(PackedFile.name(entry.id))
        let (_, region) = try openFile(path, of: entry.id, sequences)
        guard let region, UInt64(region.length) == entry.packedLength else {
            throw LogError(
                .damaged, "the packed segment is longer or shorter than when it was written", file: path,
                segment: entry.id,
                offset: region?.length ?? 0, sequences: sequences)
        }
        let packed: PackedFile
        do throws(LogError) {
            packed = try PackedFile(region, path: path, cache: configuration.blockCache)
        } catch {
            throw error.about(entry.id, sequences)
        }
        let header = packed.header
        guard header.segment.identity == configuration.identity, header.segment.id == entry.id,
            header.segment.baseSequence == entry.baseSequence, header.endSequence == entry.endSequence,
            UInt64(header.rawLength) == entry.length
        else {
            throw LogError(
                .damaged, "the packed segment belongs to another log or bears a wrong name", file: path,
                segment: entry.id, sequences: sequences)
        }
        return SealedSegment(packed)
    }

    /// Removes drafts, and of segments that are there in both forms the one that the manifest does not name, after the other one
    /// was read and verified to its end. What belongs to no sealed segment is treated as a segment's own file would be.
    func discardOtherForms(_ recovered: RecoveredLog) throws(LogError) {
        var drafts: [String] = []
        var others: [String] = []
        let sealed = Dictionary(
            recovered.sealed.map { ($0.segment.header.id, $0) }, uniquingKeysWith: { first, _ in first })
        let names = try LogError.converting(sticky: false) { () throws(StorageError) in
            try fileSystem.list(configuration.directory)
        }
        for name in names {
            if Segment.id(ofName: name, "packing") != nil { drafts.append(name) }
            let packedID = Segment.id(ofName: name, "packed")
            if let id = packedID ?? Segment.id(ofName: name), let segment = sealed[id] {
                guard (packedID != nil) != (segment.segment.packed != nil) else { continue }
                try segment.verify()
                others.append(name)
            } else if let packedID {
                try discard(name, isGivenUp: packedID < recovered.active.segment.header.id)
            }
        }
        if !others.isEmpty, try !nameAgain(recovered) { others = [] }
        guard !drafts.isEmpty || !others.isEmpty else { return }
        try LogError.converting(sticky: false) { () throws(StorageError) in
            for name in drafts + others { try fileSystem.unlink(configuration.path(name)) }
            try fileSystem.syncDirectory(configuration.directory)
        }
    }

    /// The packed file of a segment that the log does not name.
    private func discard(_ name: String, isGivenUp: Bool) throws(LogError) {
        let path = configuration.path(name)
        try LogError.converting(sticky: false) { () throws(StorageError) in
            if isGivenUp {
                try fileSystem.unlink(path)
            } else {
                try fileSystem.rename(path, to: "\(path).\(configuration.random()).aside")
            }
            try fileSystem.syncDirectory(configuration.directory)
        }
    }

    /// Lets both files of the manifest name the same form: else damage to one would let the other name a file that is gone.
    ///
    /// - Returns: false on a full disk, where both forms stay.
    private func nameAgain(_ recovered: RecoveredLog) throws(LogError) -> Bool {
        do throws(LogError) {
            try name(recovered)
            return true
        } catch {
            guard error.code == .noSpace else { throw error }
            return false
        }
    }
}
