public import Storage

/// For tests: looking at files, and breaking them, without the engine's knowledge. None of it counts as a call.
extension SimulatedDisk {
    /// What processes see of a file.
    public func liveBytes(_ path: String) throws(StorageError) -> [UInt8] {
        try change { state throws(StorageError) in
            let inode = try state.file(at: path)
            return inode.live.bytes(0..<inode.liveLength)
        }
    }

    /// What a power cut now would surely leave of a file.
    public func durableBytes(_ path: String) throws(StorageError) -> [UInt8] {
        try change { state throws(StorageError) in
            let inode = try state.file(at: path)
            return inode.durable.bytes(0..<inode.durableLength)
        }
    }

    /// The names in a directory.
    public func names(in path: String) throws(StorageError) -> [String] {
        try change { state throws(StorageError) in try state.directory(at: path).live.keys.sorted() }
    }

    /// Changes bytes of a file, on the platter and in memory: a fault of the medium.
    public func damage(_ path: String, _ range: Range<Int>, _ change: (UInt8) -> UInt8) throws(StorageError) {
        try self.change { state throws(StorageError) in try state.file(at: path).damage(range, change) }
    }

    /// Makes a file consist of these bytes, durably; makes it when there is none.
    public func replace(_ path: String, with bytes: [UInt8]) throws(StorageError) {
        try change { state throws(StorageError) in
            let (directory, name) = try state.parent(of: path)
            let inode = SimulatedInode(space)
            guard inode.allocate(bytes.count) else {
                throw StorageError(.noSpace, operation: "replace", path: path, detail: "the simulated disk is full")
            }
            bytes.withUnsafeBytes { inode.write($0, at: 0) }
            inode.synchronize()
            directory.make(.add(name, .file(inode)))
            directory.synchronize()
        }
    }

    /// Takes a file away, durably.
    public func remove(_ path: String) throws(StorageError) {
        try change { state throws(StorageError) in
            _ = try state.file(at: path)
            let (directory, name) = try state.parent(of: path)
            directory.make(.remove(name))
            directory.synchronize()
        }
    }
}
