import Storage

/// Finds the segments of a log without changing anything (FORMAT.md sections 3 and 5).
struct InspectionOpening {
    let directory: String
    let identity: LogIdentity?
    let fileSystem: any FileSystem
    let cache: BlockCache
    private(set) var segments: [InspectedSegment] = []
    private(set) var faults: [LogError] = []
    private(set) var warnings: [LogError] = []
    private var names: Set<String> = []

    init(
        _ directory: String, _ identity: LogIdentity?, _ fileSystem: any FileSystem, _ cache: BlockCache
    ) throws(LogError) {
        self.directory = directory
        self.identity = identity
        self.fileSystem = fileSystem
        self.cache = cache
    }

    /// Files that are no part of the log, though they may hold data of it.
    var otherFiles: [OtherFile] {
        let known = Set(segments.map(\.name))
        let newest = segments.last?.id ?? 0
        return names.subtracting(known).sorted().compactMap { name in
            if name.hasSuffix(".aside") { return OtherFile(name: name, kind: .setAside) }
            guard let id = Segment.id(ofName: name) ?? Segment.id(ofName: name, "packed") else { return nil }
            return OtherFile(name: name, kind: id > newest ? .unconnected : .leftOver)
        }
    }

    /// Whether there is nothing in the directory but directories of others.
    var isBlank: Bool { !names.contains { $0.contains(".") || $0.hasPrefix("MANIFEST") } }

    mutating func run() throws(LogError) {
        names = Set(
            try LogError.converting(sticky: false) { () throws(StorageError) in try fileSystem.list(directory) })
        let slots = try Manifest.inspect(in: directory, names, fileSystem)
        warnings = slots.warnings
        guard let content = slots.content else {
            let found = names.filter { Segment.id(ofName: $0) != nil || Segment.id(ofName: $0, "packed") != nil }
            guard !found.isEmpty else { return }
            faults.append(
                LogError(
                    .damaged, "both manifests of the log are missing or damaged; showing the segments that are there",
                    file: "\(directory)/MANIFEST-A"))
            return openAllThereAre(found)
        }
        guard let ledger = unsafe SegmentLedger(content.span.bytes) else {
            throw LogError(.incompatible, "the manifest's content cannot be read", file: "\(directory)/MANIFEST-A")
        }
        guard identity == nil || ledger.identity == identity else {
            throw LogError(
                .damaged, "the files belong to another log or store; put this log's own back", file: directory)
        }
        open(ledger)
    }

    // MARK: - By the manifest

    private mutating func open(_ ledger: SegmentLedger) {
        for entry in ledger.segments {
            let isNewest = entry == ledger.segments.last
            add(
                InspectedSegment(
                    entry, of: ledger.identity, watermark: isNewest ? Int(clamping: ledger.durableWatermark) : nil,
                    in: directory, fileSystem, cache))
        }
        // Rolls that the manifest does not know yet.
        while let last = segments.last, let segment = last.segment {
            let id = segment.header.id &+ 1
            guard names.contains(Segment.name(id)) else { return }
            let entry = SegmentLedger.Entry(id: id, baseSequence: 0, length: 0, endSequence: 0)
            let next = InspectedSegment(
                entry, of: ledger.identity, watermark: nil, in: directory, fileSystem, cache)
            guard let header = next.segment?.header, header.previous.id == segment.header.id else {
                // A blank one is set aside at the next start; anything else was whole once.
                if let fault = next.fault, !next.isBlank { faults.append(fault) }
                return
            }
            segments[segments.count - 1].isFollowed = true
            add(next)
        }
    }

    /// Adds a segment, and compares it with the one before.
    private mutating func add(_ segment: InspectedSegment) {
        if let fault = segment.fault { faults.append(fault) }
        if let previous = segments.last {
            if let fault = segment.fault(after: previous) { faults.append(fault) }
            if segment.fault == nil, segment.id == previous.id &+ 1 {
                segments[segments.count - 1].successor = segment.segment?.header
            }
        }
        segments.append(segment)
    }

    // MARK: - Without a manifest

    private mutating func openAllThereAre(_ found: Set<String>) {
        let packed = Set(found.compactMap { Segment.id(ofName: $0, "packed") })
        let ids = packed.union(found.compactMap { Segment.id(ofName: $0) }).sorted()
        for id in ids {
            let entry = SegmentLedger.Entry(
                id: id, baseSequence: 0, length: 0, endSequence: 0, packedLength: packed.contains(id) ? .max : 0)
            var segment = InspectedSegment(entry, of: identity, watermark: nil, in: directory, fileSystem, cache)
            segment.isFollowed = id != ids.last
            add(segment)
        }
    }
}
