import Storage
import TestSupport

/// Keeps what a process leaves that dies right before, or right after, a file gets another name or none.
final class WatchedRenames: FileSystem {
    private let disk: SimulatedDisk
    private let kept = Guarded<[SimulatedDisk]>([])

    init(_ disk: SimulatedDisk) {
        self.disk = disk
    }

    /// The disks as they were, in order.
    var disks: [SimulatedDisk] { kept.withLock { $0 } }

    private func keep() {
        let copy = disk.powerCut(.everything)
        kept.withLock { $0.append(copy) }
    }

    func rename(_ path: String, to newPath: String) throws(StorageError) {
        keep()
        try disk.rename(path, to: newPath)
        keep()
    }

    func unlink(_ path: String) throws(StorageError) {
        keep()
        try disk.unlink(path)
        keep()
    }

    func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StorageFile { try disk.open(path, mode) }
    func createDirectory(_ path: String) throws(StorageError) { try disk.createDirectory(path) }
    func list(_ path: String) throws(StorageError) -> [String] { try disk.list(path) }
    func removeDirectory(_ path: String) throws(StorageError) { try disk.removeDirectory(path) }
    func syncDirectory(_ path: String) throws(StorageError) { try disk.syncDirectory(path) }

    func lock(_ path: String, holder: String) throws(StorageError) -> any FileLock {
        try disk.lock(path, holder: holder)
    }
}
