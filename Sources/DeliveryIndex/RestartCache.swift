import Storage

/// The files that an earlier process left, and whether they are to be trusted (FORMAT.md sections 2 and 7).
struct RestartCache {
    /// Why they are not.
    struct Doubt: Error {
        var cause: IndexOrigin.RebuildCause

        static let damaged = Doubt(cause: .damaged)
    }

    private let options: IndexOptions
    private let names: [String]

    init(_ options: IndexOptions) throws(StorageError) {
        self.options = options
        names = try options.fileSystem.list(options.directory)
    }

    /// The window as it was left, or the doubt about it. Removes nothing in doubt.
    func load() throws(StorageError) -> Result<SlotWindow, Doubt> {
        guard names.contains(WindowPage.fileName) else { return .failure(Doubt(cause: .noFiles)) }
        guard let region = try map(WindowPage.fileName, WindowPage.size) else { return .failure(.damaged) }
        let page = WindowPage(region: region)
        guard let epoch = PageHeader.epoch(of: region.bytes) else { return .failure(.damaged) }
        guard header(.window, epoch: epoch, bootIdentity: region.loadUInt64(at: 40)).opens(region.bytes) else {
            return .failure(.damaged)
        }
        guard region.loadUInt64(at: 40) == options.bootIdentity else { return .failure(Doubt(cause: .otherBoot)) }
        guard page.isServing else { return .failure(Doubt(cause: .unfinished)) }
        guard page.isWhole else { return .failure(.damaged) }
        // The process may have ended between the stores of floor and cursor.
        let cursor = max(page.cursor, page.floor)
        guard cursor <= options.tail, let numbers = liveChunks(page) else { return .failure(.damaged) }
        let header = header(.window, epoch: epoch, bootIdentity: options.bootIdentity)
        let files = ChunkFiles(options.fileSystem, options.directory, header: header, page: page, names: names)
        var window = SlotWindow(files: files, floor: page.floor, cursor: cursor)
        for number in numbers {
            guard number <= SlotChunk.number(of: options.tail),
                let region = try map(ChunkFiles.fileName(number), SlotChunk.size)
            else { return .failure(.damaged) }
            var expected = header
            expected.magic = .chunk
            expected.chunk = number
            guard expected.opens(region.bytes) else { return .failure(.damaged) }
            let chunk = SlotChunk(number: number, region: region)
            guard isPlausible(chunk, window) else { return .failure(.damaged) }
            if chunk.end <= window.floor {
                files.free(chunk)
            } else {
                window.set(.live(chunk), at: number)
            }
        }
        guard window.markFreedChunks() else { return .failure(.damaged) }
        try salvageStrayFiles(numbers, into: files)
        page.pendingChunk = nil
        return .success(window)
    }

    /// The chunks that `WINDOW` counts; `nil` if the files there are others.
    private func liveChunks(_ page: WindowPage) -> [UInt64]? {
        var numbers = names.compactMap { ChunkFiles.number(of: $0) }.sorted()
        if fingerprint(numbers) == page.liveChunks { return numbers }
        numbers.removeAll { $0 == page.pendingChunk }
        return fingerprint(numbers) == page.liveChunks ? numbers : nil
    }

    private func fingerprint(_ numbers: [UInt64]) -> ChunkSet {
        var set = ChunkSet()
        for number in numbers { set.insert(number) }
        return set
    }

    /// Whether the slots can have been left by a process: no bit flipped, in known states, and none untouched between floor and
    /// cursor.
    private func isPlausible(_ chunk: SlotChunk, _ window: SlotWindow) -> Bool {
        for index in 0..<SlotChunk.slots {
            let sequence = chunk.first + UInt64(index)
            let slot = chunk.checked(index)
            switch slot?.state {
            case nil, .invalid: return false
            case .deadLetterPending where slot?.deadLetterReason == nil: return false
            case .untouched where sequence >= window.floor && sequence < window.cursor: return false
            default: continue
            }
        }
        return true
    }

    /// Begins anew: a `WINDOW` that nobody trusts yet, and no chunks.
    func discard() throws(StorageError) -> ChunkFiles {
        let header = header(.window, epoch: options.freshEpoch, bootIdentity: options.bootIdentity)
        var region: MappedRegion?
        if names.contains(WindowPage.fileName) {
            region = try map(WindowPage.fileName, WindowPage.size)
            if region == nil { try options.fileSystem.unlink(path(WindowPage.fileName)) }
        }
        let page: WindowPage
        if let region {
            page = WindowPage(region: region)
        } else {
            page = WindowPage(region: try makeWindow())
        }
        page.reset(header)
        let files = ChunkFiles(options.fileSystem, options.directory, header: header, page: page, names: names)
        try salvageStrayFiles([], into: files)
        return files
    }

    private func makeWindow() throws(StorageError) -> MappedRegion {
        let file = try options.fileSystem.open(path(WindowPage.fileName), .createNew)
        try file.allocate(WindowPage.size)
        return try file.map(WindowPage.size, .readWrite)
    }

    /// Makes spares of the spares of an earlier process, and of chunks that are not part of the index.
    private func salvageStrayFiles(_ numbers: [UInt64], into files: ChunkFiles) throws(StorageError) {
        for name in names where name.hasSuffix(".slots") {
            if let number = ChunkFiles.number(of: name), numbers.contains(number) { continue }
            try files.salvage(name)
        }
    }

    /// A whole file, its blocks made sure of; `nil` if it is not of that size.
    private func map(_ name: String, _ size: Int) throws(StorageError) -> MappedRegion? {
        let file = try options.fileSystem.open(path(name), .readWrite)
        guard try file.size() == size else { return nil }
        try file.allocate(size)
        return try file.map(size, .readWrite)
    }

    private func header(_ magic: PageHeader.Magic, epoch: UInt32, bootIdentity: UInt64) -> PageHeader {
        PageHeader(magic: magic, identity: options.identity, bootIdentity: bootIdentity, chunk: 0, epoch: epoch)
    }

    private func path(_ name: String) -> String {
        "\(options.directory)/\(name)"
    }
}
