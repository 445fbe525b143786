public import Storage

extension SimulatedDisk: FileSystem {
    public func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StorageFile {
        let inode = try change { state throws(StorageError) in
            try Self.plain(state.begin(mode == .createNew ? .create : .open, path))
            let (directory, name) = try state.parent(of: path)
            guard mode == .createNew else { return Held(value: try state.file(at: path)) }
            guard directory.live[name] == nil else {
                throw StorageError(.alreadyExists, operation: "create", path: path, detail: "the name is taken")
            }
            let inode = SimulatedInode(space)
            directory.make(.add(name, .file(inode)))
            return Held(value: inode)
        }
        return SimulatedFile(disk: self, inode: inode.value, path: path, isWritable: mode != .read)
    }

    public func createDirectory(_ path: String) throws(StorageError) {
        try change { state throws(StorageError) in
            try Self.plain(state.begin(.createDirectory, path))
            let (directory, name) = try state.parent(of: path)
            switch directory.live[name] {
            case .directory: return
            case .file:
                throw StorageError(.alreadyExists, operation: "mkdir", path: path, detail: "a file has the name")
            case nil: directory.make(.add(name, .directory(SimulatedDirectory())))
            }
        }
    }

    public func list(_ path: String) throws(StorageError) -> [String] {
        try change { state throws(StorageError) in
            try Self.plain(state.begin(.list, path))
            return try state.directory(at: path).live.keys.sorted()
        }
    }

    public func rename(_ path: String, to newPath: String) throws(StorageError) {
        try change { state throws(StorageError) in
            try Self.plain(state.begin(.rename, path))
            let (directory, name) = try state.parent(of: path)
            let (newDirectory, newName) = try state.parent(of: newPath)
            precondition(directory === newDirectory, "rename across directories is not simulated")
            guard let node = directory.live[name] else {
                throw StorageError(.notFound, operation: "rename", path: path, detail: "no such file")
            }
            directory.make(.rename(name, newName, node))
        }
    }

    public func unlink(_ path: String) throws(StorageError) {
        try change { state throws(StorageError) in
            try Self.plain(state.begin(.unlink, path))
            _ = try state.file(at: path)
            let (directory, name) = try state.parent(of: path)
            directory.make(.remove(name))
        }
    }

    public func removeDirectory(_ path: String) throws(StorageError) {
        try change { state throws(StorageError) in
            try Self.plain(state.begin(.removeDirectory, path))
            guard try state.directory(at: path).live.isEmpty else {
                throw StorageError(.inputOutput, operation: "rmdir", path: path, detail: "the directory is not empty")
            }
            let (directory, name) = try state.parent(of: path)
            directory.make(.remove(name))
        }
    }

    public func syncDirectory(_ path: String) throws(StorageError) {
        try change { state throws(StorageError) in
            try Self.plain(state.begin(.syncDirectory, path))
            try state.directory(at: path).synchronize()
        }
    }

    public func lock(_ path: String, holder: String) throws(StorageError) -> any FileLock {
        let number = try change { state throws(StorageError) in
            try Self.plain(state.begin(.lock, path))
            if let current = state.locks[path] {
                throw StorageError(.locked, operation: "flock", path: path, detail: current.holder)
            }
            // The history has grown by this call, so no other lock has the number.
            let number = state.history.count
            state.locks[path] = (holder, number)
            let (directory, name) = try state.parent(of: path)
            if directory.live[name] == nil { directory.make(.add(name, .file(SimulatedInode(space)))) }
            return number
        }
        return SimulatedLock(disk: self, path: path, number: number)
    }

    /// Runs the body under the lock of the disk.
    func change<Result>(
        _ body: (inout State) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        try state.withLock(body)
    }

    /// For calls that have no half: one that is cut short fails as a whole.
    static func plain(_ cutShort: StorageError?) throws(StorageError) {
        if let cutShort { throw cutShort }
    }
}

/// A file handed out of the lock; its methods take the lock again.
private struct Held: @unchecked Sendable {
    var value: SimulatedInode
}

private final class SimulatedLock: FileLock {
    private let disk: SimulatedDisk
    private let path: String
    private let number: Int

    init(disk: SimulatedDisk, path: String, number: Int) {
        self.disk = disk
        self.path = path
        self.number = number
    }

    deinit {
        disk.state.withLock { if $0.locks[path]?.number == number { $0.locks[path] = nil } }
    }
}
