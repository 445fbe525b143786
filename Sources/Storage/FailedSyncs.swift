#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Synchronization

/// The files and directories whose sync failed in this process. None of them is synced again, under whatever name it is
/// opened: the kernel has marked their pages clean, and the next sync would report what is not so (R2, R3).
enum FailedSyncs {
    /// What stays the same when a file is renamed.
    private struct Number: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    private static let numbers = Guarded<Set<Number>>([])
    /// Nearly every process never locks for this.
    private static let hasAny = Atomic(false)

    /// The sync of an open file or directory failed.
    static func insert(_ descriptor: Int32) {
        guard let number = number(of: descriptor) else { return }
        numbers.withLock { _ = $0.insert(number) }
        hasAny.store(true, ordering: .releasing)
    }

    /// Whether the sync of what is open here failed before.
    static func contains(_ descriptor: Int32) -> Bool {
        guard hasAny.load(ordering: .acquiring), let number = number(of: descriptor) else { return false }
        return numbers.withLock { $0.contains(number) }
    }

    /// The file was made just now: one that is gone had its number.
    static func remove(_ descriptor: Int32) {
        guard hasAny.load(ordering: .acquiring), let number = number(of: descriptor) else { return }
        numbers.withLock { _ = $0.remove(number) }
    }

    /// The directory was made just now.
    static func removeDirectory(_ path: String) {
        guard hasAny.load(ordering: .acquiring), let descriptor = try? SystemCalls.open(path, O_RDONLY) else { return }
        remove(descriptor)
        SystemCalls.close(descriptor)
    }

    /// What is thrown instead of another sync.
    static func refusal(_ operation: String, _ path: String) -> StorageError {
        StorageError(
            .inputOutput, operation: operation, path: path,
            detail: "a sync of it failed before; look after the disk, then start the process again")
    }

    private static func number(of descriptor: Int32) -> Number? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        return Number(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino))
    }
}
