import Storage

/// The files of one index: makes, names, empties and takes away chunks.
///
/// Only making, naming and taking away make system calls: with a spare at hand one `rename` for each 4,096 sequences, else also
/// an `open`, an `allocate` and a `map`. Nothing here is synced: files are trusted only within one boot (FORMAT.md).
final class ChunkFiles {
    /// How many emptied files are kept for reuse.
    static let sparesMax = 4

    private let fileSystem: any FileSystem
    private let directory: String
    /// What every header says, but for magic and chunk number.
    let header: PageHeader
    let page: WindowPage

    private struct Spare {
        var name: String
        var region: MappedRegion
    }

    private var spares: [Spare] = []
    /// Chunks that a full disk had no room for. While there are some, an earlier state of the files must not be trusted.
    private var withoutFile: Set<UInt64> = []
    private var isServing = false
    private var sparesMade = 0

    /// - Parameter names: what lies in the directory: no new spare gets one of these.
    init(
        _ fileSystem: any FileSystem, _ directory: String, header: PageHeader, page: WindowPage, names: [String] = []
    ) {
        self.fileSystem = fileSystem
        self.directory = directory
        self.header = header
        self.page = page
        sparesMade = names.compactMap { Self.spareNumber(of: $0) }.max().map { $0 + 1 } ?? 0
    }

    /// The file name of a chunk.
    static func fileName(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits + ".slots"
    }

    /// The chunk that a file name is of.
    static func number(of fileName: String) -> UInt64? {
        guard fileName.hasSuffix(".slots"), let number = UInt64(fileName.dropLast(6), radix: 16),
            Self.fileName(number) == fileName
        else { return nil }
        return number
    }

    /// A chunk of untouched slots, part of the index from now on.
    func makeChunk(_ number: UInt64) throws(StorageError) -> SlotChunk {
        if let wanted = wantedSpare() {
            do {
                adopt(wanted, try wanted.make())
            } catch {
                guard error.code == .noSpace else { throw error }
                return makeChunkWithoutFile(number)
            }
        }
        let spare = spares.removeLast()
        spare.region.zero()
        var header = header
        header.magic = .chunk
        header.chunk = number
        spare.region.store(header.encoded().bytes, at: 0)
        page.pendingChunk = number
        do {
            try fileSystem.rename(path(spare.name), to: path(Self.fileName(number)))
        } catch {
            page.pendingChunk = nil
            spares.append(spare)
            throw error
        }
        page.liveChunks.insert(number)
        page.pendingChunk = nil
        return SlotChunk(number: number, region: spare.region)
    }

    /// The index goes on in memory: a process that is killed meanwhile rebuilds it from the log.
    private func makeChunkWithoutFile(_ number: UInt64) -> SlotChunk {
        page.isServing = false
        withoutFile.insert(number)
        return SlotChunk(number: number, region: .memory(SlotChunk.size))
    }

    /// The recovery is over: from now on the files may be trusted by the next process, as soon as all chunks have one.
    func beginServing() {
        isServing = true
        page.isServing = withoutFile.isEmpty
    }

    /// Takes a chunk out of the index and keeps its file as a spare, or removes it. All its slots must be settled.
    ///
    /// A file that cannot be renamed or removed is left: `WINDOW` says that it is not part of the index.
    func free(_ chunk: SlotChunk) {
        if withoutFile.remove(chunk.number) != nil {
            page.isServing = isServing && withoutFile.isEmpty
            return
        }
        page.pendingChunk = chunk.number
        page.liveChunks.remove(chunk.number)
        let old = path(Self.fileName(chunk.number))
        do {
            if spares.count < Self.sparesMax {
                let name = nextSpareName()
                try fileSystem.rename(old, to: path(name))
                spares.append(Spare(name: name, region: chunk.region))
            } else {
                try fileSystem.unlink(old)
            }
            page.pendingChunk = nil
        } catch {}
    }

    var lacksSpare: Bool { spares.isEmpty }

    /// A spare to be made and handed to ``adopt(_:)``; `nil` when there is one.
    func wantedSpare() -> SpareChunk? {
        lacksSpare ? SpareChunk(fileSystem: fileSystem, directory: directory, name: nextSpareName()) : nil
    }

    /// Keeps a spare that was made.
    func adopt(_ spare: SpareChunk, _ region: MappedRegion) {
        spares.append(Spare(name: spare.name, region: region))
    }

    /// Takes over a chunk file that is not part of the index: its blocks are there, and on a full disk no others are to be had.
    /// What is no whole chunk file is removed.
    func salvage(_ name: String) throws(StorageError) {
        do {
            let file = try fileSystem.open(path(name), .readWrite)
            guard try file.size() == SlotChunk.size else { return try fileSystem.unlink(path(name)) }
            try file.allocate(SlotChunk.size)
            let region = try file.map(SlotChunk.size, .readWrite)
            let newName = nextSpareName()
            try fileSystem.rename(path(name), to: path(newName))
            spares.append(Spare(name: newName, region: region))
        } catch  where error.code == .notFound {}
    }

    /// Removes the spares that are more than wanted.
    func dropExcessSpares() {
        while spares.count > Self.sparesMax {
            try? fileSystem.unlink(path(spares.removeLast().name))
        }
    }

    private func nextSpareName() -> String {
        defer { sparesMade += 1 }
        return "spare-\(sparesMade).slots"
    }

    private static func spareNumber(of fileName: String) -> Int? {
        guard fileName.hasPrefix("spare-"), fileName.hasSuffix(".slots"),
            let number = Int(fileName.dropFirst(6).dropLast(6)), (0..<Int.max).contains(number)
        else { return nil }
        return number
    }

    private func path(_ name: String) -> String {
        "\(directory)/\(name)"
    }
}
