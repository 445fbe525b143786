import Storage

/// Opens the files of a log and decides what of them holds (FORMAT.md section 5).
struct Recovery {
    let configuration: LogConfiguration
    let fileSystem: any FileSystem

    init(_ configuration: LogConfiguration) {
        self.configuration = configuration
        fileSystem = configuration.fileSystem
    }

    /// Returns after everything that was kept is durable. Nothing is changed before everything was judged.
    func run() throws(LogError) -> RecoveredLog {
        try LogError.converting(sticky: false) { () throws(StorageError) in
            try fileSystem.createDirectory(configuration.directory)
        }
        // This syncs the directory, too: every name that is found from here on is durable.
        let (manifest, content) = try Manifest.open(in: configuration.directory, fileSystem)
        guard let content else { return try initialise(manifest) }
        let ledger = try readLedger(content)
        let (sealed, found) = try openSegments(ledger)
        let newest = ledger.segments[ledger.segments.count - 1]
        let isNamed = found.segment.header.id == newest.id
        let walk = SegmentWalk(found.segment)
        let tail = walk.tail()
        try judge(found, walk, tail, watermark: isNamed ? Int(clamping: ledger.durableWatermark) : 0)
        let forms = try findForms(sealed, newest: found.segment.header.id)
        // Everything was judged: from here on files are changed, and nothing is found to be damaged any more.
        let active = try settle(found, walk, tail)
        let recovered = RecoveredLog(
            manifest: manifest, sealed: sealed, active: active, nextSequence: walk.nextSequence,
            lastTime: walk.lastTime, findings: findings(found, walk, tail))
        // A segment that a roll had made is named before events go into it.
        if !isNamed { try name(recovered) }
        try discard(forms, recovered)
        let newestID = active.segment.header.id
        try discardLeftovers(named: Set(sealed.map(\.segment.header.id) + [newestID]), newest: newestID)
        return recovered
    }

    private func readLedger(_ content: [UInt8]) throws(LogError) -> SegmentLedger {
        guard let ledger = unsafe SegmentLedger(content.span.bytes) else {
            throw LogError(
                .incompatible, "the manifest's content cannot be read", file: configuration.path("MANIFEST"))
        }
        guard ledger.identity == configuration.identity else {
            throw LogError(
                .incompatible, "the files belong to another log or store; give each its own directory",
                file: configuration.directory)
        }
        return ledger
    }

    /// Lets the manifest name the segments that were found.
    func name(_ recovered: RecoveredLog) throws(LogError) {
        let ledger = SegmentLedger(configuration.identity, recovered.sealed, recovered.active)
        try LogError.converting(sticky: false) { () throws(StorageError) in
            try recovered.manifest.write(ledger.encoded().bytes)
        }
    }

    // MARK: - First start

    /// Makes the first segment, then both files of the manifest that names it.
    private func initialise(_ manifest: Manifest) throws(LogError) -> RecoveredLog {
        let isStarted = try findFirstAttempt()
        let path = configuration.path(Segment.name(1))
        let header = SegmentHeader(
            identity: configuration.identity, id: 1, baseSequence: 1, previous: .none,
            salt: UInt32(truncatingIfNeeded: configuration.random()), fileLength: UInt64(configuration.segmentBytesMin))
        let (block, checksum) = header.encoded()
        let ledger = SegmentLedger(
            identity: configuration.identity, durableWatermark: UInt64(SegmentHeader.blockLength),
            segments: [SegmentLedger.Entry(id: 1, baseSequence: 1, length: 0, endSequence: 0)])
        return try LogError.converting(sticky: false) { () throws(StorageError) in
            try fileSystem.syncDirectory(configuration.parentDirectory)
            let file = try fileSystem.open(path, isStarted ? .readWrite : .createNew)
            try file.allocate(configuration.segmentBytesMin)
            try file.write([block], at: 0)
            try file.synchronize()
            try fileSystem.syncDirectory(configuration.directory)
            let region = try file.map(configuration.segmentBytesMin, .readOnly)
            // Both, so that a full disk cannot keep the second from being made later.
            try manifest.write(ledger.encoded().bytes)
            try manifest.write(ledger.encoded().bytes)
            let segment = Segment(header: header, headerChecksum: checksum, path: path, region: region)
            return RecoveredLog(
                manifest: manifest, sealed: [], active: ActiveSegment(segment: segment, file: file), nextSequence: 1,
                lastTime: 0, findings: OpeningFindings())
        }
    }

    /// Looks for the first segment of a first start that was cut off. Events are accepted only after the manifest was
    /// written, so without one a segment holds none; if one does, the manifests were lost and nothing may be touched.
    private func findFirstAttempt() throws(LogError) -> Bool {
        let names = try LogError.converting(sticky: false) { () throws(StorageError) in
            try fileSystem.list(configuration.directory)
        }
        let segments = names.filter { Segment.id(ofName: $0) != nil }
        for name in segments {
            let path = configuration.path(name)
            let isEmpty = try LogError.converting(sticky: false) { () throws(StorageError) in
                try isBlank(path, from: SegmentHeader.blockLength)
            }
            guard name == Segment.name(1), isEmpty else {
                throw LogError(
                    .damaged, "both manifests are missing or damaged, but there are segments", file: path)
            }
        }
        return !segments.isEmpty
    }

    /// Whether a file holds nothing but zeros from an offset on.
    func isBlank(_ path: String, from offset: Int) throws(StorageError) -> Bool {
        let file = try fileSystem.open(path, .read)
        let size = try file.size()
        guard size > offset else { return true }
        let region = try file.map(size, .readOnly)
        return region.bytes.extracting(offset..<size).isZero
    }
}
