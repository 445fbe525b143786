/// Copies of files in memory, to work on as on a disk: what is done to them reaches nothing else.
///
/// For tools that let the engine recover from files that they must not change. Takes as much memory as the files are long.
package final class ScratchFileSystem: FileSystem {
    private let files = Guarded<[String: ScratchFile]>([:])

    /// No files.
    package init() {}

    /// Copies the files of a directory, as they are at this moment, but for those that are longer. A directory that is missing has none.
    ///
    /// - Parameter first: the name of the file that is copied before the others.
    package func copyFiles(
        of directory: String, from fileSystem: any FileSystem, first: String? = nil, bytesMax: Int
    ) throws(StorageError) {
        let names: [String]
        do throws(StorageError) {
            names = try fileSystem.list(directory)
        } catch {
            guard error.code == .notFound else { throw error }
            return
        }
        for name in names.filter({ $0 == first }) + names.filter({ $0 != first }) {
            let path = "\(directory)/\(name)"
            // One that is renamed or removed meanwhile is missing from the copy, too.
            guard let file = try? fileSystem.open(path, .read), let size = try? file.size(), size > 0, size <= bytesMax
            else { continue }
            let copy = ScratchFile(path)
            let region = try file.map(size, .readOnly)
            copy.region.withLock { copied in
                copied = .memory(size)
                copied.store(region.bytes, at: 0)
            }
            files.withLock { $0[path] = copy }
        }
    }

    package func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StorageFile {
        let found = files.withLock { files -> ScratchFile? in
            if mode == .createNew {
                guard files[path] == nil else { return nil }
                files[path] = ScratchFile(path)
            }
            return files[path]
        }
        guard let found else {
            let code: StorageError.Code = mode == .createNew ? .alreadyExists : .notFound
            throw StorageError(code, operation: "open", path: path, detail: "in memory")
        }
        return found
    }

    package func list(_ path: String) throws(StorageError) -> [String] {
        let prefix = path + "/"
        return files.withLock { $0.keys.filter { $0.hasPrefix(prefix) } }.map { String($0.dropFirst(prefix.count)) }
            .filter { !$0.contains("/") }.sorted()
    }

    package func rename(_ path: String, to newPath: String) throws(StorageError) {
        let isThere = files.withLock { files in
            guard let file = files.removeValue(forKey: path) else { return false }
            files[newPath] = file
            return true
        }
        guard isThere else { throw StorageError(.notFound, operation: "rename", path: path, detail: "in memory") }
    }

    package func unlink(_ path: String) throws(StorageError) {
        let isThere = files.withLock { $0.removeValue(forKey: path) != nil }
        guard isThere else { throw StorageError(.notFound, operation: "unlink", path: path, detail: "in memory") }
    }

    package func createDirectory(_ path: String) throws(StorageError) {}

    package func removeDirectory(_ path: String) throws(StorageError) {}

    package func syncDirectory(_ path: String) throws(StorageError) {}

    package func lock(_ path: String, holder: String) throws(StorageError) -> any FileLock { ScratchLock() }
}

private final class ScratchLock: FileLock {}

private final class ScratchFile: StorageFile {
    let path: String
    let region = Guarded(MappedRegion.memory(0))

    init(_ path: String) {
        self.path = path
    }

    func size() throws(StorageError) -> Int { region.withLock { $0.length } }

    func write(_ blocks: ArraySlice<ByteBlock>, at offset: Int) throws(StorageError) {
        let end = blocks.reduce(offset) { $0 + $1.count }
        try allocate(end)
        region.withLock { region in
            var offset = offset
            for block in blocks {
                region.store(block.bytes, at: offset)
                offset += block.count
            }
        }
    }

    func synchronize() throws(StorageError) {}

    func allocate(_ length: Int) throws(StorageError) {
        region.withLock { region in
            guard length > region.length else { return }
            let longer = MappedRegion.memory(length)
            longer.store(region.bytes, at: 0)
            region = longer
        }
    }

    func truncate(_ length: Int) throws(StorageError) {
        region.withLock { region in
            let shorter = MappedRegion.memory(length)
            shorter.store(region.bytes.extracting(first: min(length, region.length)), at: 0)
            region = shorter
        }
    }

    /// What was mapped before a file became longer shows it no more: map it when it has its length.
    func map(_ length: Int, _ access: MappedRegion.Access) throws(StorageError) -> MappedRegion {
        try allocate(length)
        return region.withLock { $0 }
    }
}
