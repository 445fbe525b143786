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

    /// Packed files and drafts that are not the log, by name.
    struct Forms {
        var drafts: [String] = []
        /// Of segments that are there in both forms the one that the manifest does not name.
        var others: [String] = []
        /// Packed files of segments that were given up.
        var givenUp: [String] = []
        /// Packed files of segments that the log does not know.
        var strange: [String] = []
    }

    /// Looks for packed files and drafts. Where a segment is there in both forms, the one that holds is read and verified
    /// to its end. Changes nothing.
    ///
    /// - Throws: `damaged`, when a form is to go whose other one does not hold.
    func findForms(_ sealed: [SealedSegment], newest: UInt64) throws(LogError) -> Forms {
        var forms = Forms()
        let sealed = Dictionary(sealed.map { ($0.segment.header.id, $0) }, uniquingKeysWith: { first, _ in first })
        let names = try LogError.converting(sticky: false) { () throws(StorageError) in
            try fileSystem.list(configuration.directory)
        }
        for name in names {
            if Segment.id(ofName: name, "packing") != nil { forms.drafts.append(name) }
            let packedID = Segment.id(ofName: name, "packed")
            if let id = packedID ?? Segment.id(ofName: name), let segment = sealed[id] {
                guard (packedID != nil) != (segment.segment.packed != nil) else { continue }
                try segment.verify()
                forms.others.append(name)
            } else if let packedID {
                if packedID < newest { forms.givenUp.append(name) } else { forms.strange.append(name) }
            }
        }
        return forms
    }

    /// Removes what was found, but for what the log does not know: that is set aside, as a segment's own file would be.
    func discard(_ forms: Forms, _ recovered: RecoveredLog) throws(LogError) {
        var others = forms.others
        if !others.isEmpty, try !nameAgain(recovered) { others = [] }
        let leaving = forms.drafts + others + forms.givenUp
        guard !leaving.isEmpty || !forms.strange.isEmpty else { return }
        try LogError.converting(sticky: false) { () throws(StorageError) in
            for name in leaving { try fileSystem.unlink(configuration.path(name)) }
            for name in forms.strange {
                let path = configuration.path(name)
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
