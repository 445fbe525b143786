public import Storage

/// A chunk file that an index will need next. Making it takes system calls, so the broker makes it outside of its lock; while the
/// disk is full, the one at hand lets receiving go on (R37).
public struct SpareChunk: Sendable {
    let fileSystem: any FileSystem
    let directory: String
    let name: String

    /// Makes the file, its blocks allocated. Blocking.
    public func make() throws(StorageError) -> MappedRegion {
        let path = "\(directory)/\(name)"
        let file = try fileSystem.open(path, .createNew)
        do {
            try file.allocate(SlotChunk.size)
            return try file.map(SlotChunk.size, .readWrite)
        } catch {
            try? fileSystem.unlink(path)
            throw error
        }
    }
}
