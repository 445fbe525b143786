import Storage

/// Files in memory, with nothing simulated: opened a hundred thousand times a second.
final class MemoryFileSystem: FileSystem, @unchecked Sendable {
    private var files: [String: MemoryFile] = [:]

    subscript(path: String) -> [UInt8]? {
        get { files[path]?.bytes }
        set { files[path] = newValue.map { MemoryFile(path, $0) } }
    }

    var paths: [String] { files.keys.sorted() }

    func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StorageFile {
        if case .createNew = mode {
            let file = MemoryFile(path, [])
            files[path] = file
            return file
        }
        return try file(path)
    }

    private func file(_ path: String) throws(StorageError) -> MemoryFile {
        guard let file = files[path] else {
            throw StorageError(.notFound, operation: "open", path: path, detail: "no such file")
        }
        return file
    }

    func list(_ path: String) throws(StorageError) -> [String] {
        files.keys.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.count + 1)) }.sorted()
    }

    func rename(_ path: String, to newPath: String) throws(StorageError) {
        files[newPath] = try file(path)
        files[path] = nil
    }

    func unlink(_ path: String) throws(StorageError) {
        _ = try file(path)
        files[path] = nil
    }

    func createDirectory(_ path: String) throws(StorageError) {}
    func removeDirectory(_ path: String) throws(StorageError) {}
    func syncDirectory(_ path: String) throws(StorageError) {}

    func lock(_ path: String, holder: String) throws(StorageError) -> any FileLock {
        throw StorageError(.permissionDenied, operation: "lock", path: path, detail: "there are no locks in memory")
    }
}

private final class MemoryFile: StorageFile, @unchecked Sendable {
    let path: String
    private var memory: UnsafeMutableRawBufferPointer
    /// Memory that mappings may still show.
    private var earlier: [UnsafeMutableRawBufferPointer] = []

    init(_ path: String, _ bytes: [UInt8]) {
        self.path = path
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        memory.copyBytes(from: bytes)
    }

    deinit {
        for memory in earlier { memory.deallocate() }
        memory.deallocate()
    }

    var bytes: [UInt8] { Array(memory) }

    func size() throws(StorageError) -> Int { memory.count }

    func write(_ blocks: ArraySlice<ByteBlock>, at offset: Int) throws(StorageError) {
        var position = offset
        for block in blocks {
            try allocate(position + block.count)
            block.bytes.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: memory[position...]).copyMemory(from: bytes)
            }
            position += block.count
        }
    }

    func synchronize() throws(StorageError) {}

    func allocate(_ length: Int) throws(StorageError) {
        guard length > memory.count else { return }
        let longer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
        longer.copyMemory(from: UnsafeRawBufferPointer(memory))
        UnsafeMutableRawBufferPointer(rebasing: longer[memory.count...]).initializeMemory(as: UInt8.self, repeating: 0)
        earlier.append(memory)
        memory = longer
    }

    func truncate(_ length: Int) throws(StorageError) {}

    func map(_ length: Int, _ access: MappedRegion.Access) throws(StorageError) -> MappedRegion {
        require(length <= memory.count, "a mapping lies within its file")
        guard let base = memory.baseAddress else {
            throw StorageError(.inputOutput, operation: "map", path: path, detail: "the file is empty")
        }
        return MappedRegion(base: base, length: length, access: access, owner: self, release: { _, _ in })
    }
}
