import Storage

/// An open file of a simulated disk. It stays usable after its name is gone.
final class SimulatedFile: StorageFile, @unchecked Sendable {
    let path: String
    private let disk: SimulatedDisk
    private let inode: SimulatedInode
    private let isWritable: Bool

    init(disk: SimulatedDisk, inode: SimulatedInode, path: String, isWritable: Bool) {
        self.disk = disk
        self.inode = inode
        self.path = path
        self.isWritable = isWritable
    }

    func size() throws(StorageError) -> Int {
        try disk.change { state throws(StorageError) in
            try SimulatedDisk.plain(state.begin(.size, path))
            return inode.liveLength
        }
    }

    func write(_ blocks: ArraySlice<ByteBlock>, at offset: Int) throws(StorageError) {
        precondition(isWritable, "a write to a file that was opened for reading")
        try disk.change { state throws(StorageError) in
            let cutShort = try state.begin(.write, path)
            let total = blocks.reduce(0) { $0 + $1.count }
            var left = cutShort == nil ? total : total / 2
            guard inode.allocate(offset + left) else {
                throw StorageError(.noSpace, operation: "write", path: path, detail: "the simulated disk is full")
            }
            var position = offset
            for block in blocks {
                block.bytes.withUnsafeBytes { bytes in
                    let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(left))
                    inode.write(piece, at: position)
                    position += piece.count
                    left -= piece.count
                }
            }
            if let cutShort { throw cutShort }
        }
    }

    func synchronize() throws(StorageError) {
        disk.onSynchronize?(path)
        try disk.change { state throws(StorageError) in
            if inode.syncFailed { state.violations.append("\(path) was synced again after a failed sync") }
            do throws(StorageError) {
                try SimulatedDisk.plain(state.begin(.synchronize, path))
            } catch {
                // Without power nothing happens any more: what was dirty stays so for the power cut, or for who is killed here.
                guard !state.isOff else { throw error }
                var random = state.random.split()
                inode.failSync(&random)
                throw error
            }
            inode.synchronize()
        }
    }

    func allocate(_ length: Int) throws(StorageError) {
        try disk.change { state throws(StorageError) in
            try SimulatedDisk.plain(state.begin(.allocate, path))
            guard inode.allocate(length) else {
                throw StorageError(.noSpace, operation: "allocate", path: path, detail: "the simulated disk is full")
            }
            inode.extend(to: length)
        }
    }

    func truncate(_ length: Int) throws(StorageError) {
        try disk.change { state throws(StorageError) in
            try SimulatedDisk.plain(state.begin(.truncate, path))
            inode.truncate(length)
        }
    }

    func map(_ length: Int, _ access: MappedRegion.Access) throws(StorageError) -> MappedRegion {
        precondition(length <= SimulatedMemory.lengthMax, "a mapping longer than any simulated file")
        try disk.change { state throws(StorageError) in
            try SimulatedDisk.plain(state.begin(.map, path))
            if access == .readWrite { inode.willMapForWriting() }
        }
        return MappedRegion(base: inode.live.base, length: length, access: access, owner: inode, release: { _, _ in })
    }
}
