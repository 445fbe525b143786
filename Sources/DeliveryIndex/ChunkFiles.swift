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
    private var sparesMade = 0

    init(_ fileSystem: any FileSystem, _ directory: String, header: PageHeader, page: WindowPage) {
        self.fileSystem = fileSystem
        self.directory = directory
        self.header = header
        self.page = page
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
        if spares.isEmpty { try makeSpare() }
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

    /// Takes a chunk out of the index and keeps its file as a spare, or removes it. All its slots must be settled.
    ///
    /// A file that cannot be renamed or removed is left: `WINDOW` says that it is not part of the index.
    func free(_ chunk: SlotChunk) {
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

    /// Makes sure that the next chunk needs only a `rename`.
    func prepareSpare() throws(StorageError) {
        if spares.isEmpty { try makeSpare() }
    }

    private func makeSpare() throws(StorageError) {
        let name = nextSpareName()
        let file = try fileSystem.open(path(name), .createNew)
        do {
            try file.allocate(SlotChunk.size)
            spares.append(Spare(name: name, region: try file.map(SlotChunk.size, .readWrite)))
        } catch {
            try? fileSystem.unlink(path(name))
            throw error
        }
    }

    private func nextSpareName() -> String {
        defer { sparesMade += 1 }
        return "spare-\(sparesMade).slots"
    }

    private func path(_ name: String) -> String {
        "\(directory)/\(name)"
    }
}
