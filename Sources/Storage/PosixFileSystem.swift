#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The real disk.
public struct PosixFileSystem: FileSystem {
    /// The file system of this machine.
    public init() {}

    /// Opens a file; for writing only when no sync of it failed in this process (R7).
    public func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StorageFile {
        let flags: Int32 =
            switch mode {
            // A pipe in the place of a file is opened at once, and is empty.
            case .read: O_RDONLY | O_NONBLOCK
            case .readWrite: O_RDWR
            case .createNew: O_RDWR | O_CREAT | O_EXCL
            }
        let file = PosixFile(descriptor: try SystemCalls.open(path, flags), path: path)
        switch mode {
        case .read: break
        case .createNew: FailedSyncs.remove(file.descriptor)
        case .readWrite:
            // An error and no trap: whoever opens a log again in the same process has done nothing wrong.
            if FailedSyncs.contains(file.descriptor) { throw FailedSyncs.refusal("open", path) }
        }
        return file
    }

    /// Makes a directory; one that is there stays as it is.
    public func createDirectory(_ path: String) throws(StorageError) {
        do {
            try SystemCalls.createDirectory(path)
            FailedSyncs.removeDirectory(path)
        } catch  where error.code == .alreadyExists {}
    }

    /// The names in a directory, sorted. O(names × log names).
    public func list(_ path: String) throws(StorageError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw SystemCalls.error(errno, "opendir", path) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else { break }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        // The end of the directory and an error look alike but for this.
        guard errno == 0 else { throw SystemCalls.error(errno, "readdir", path) }
        return names.sorted()
    }

    /// Gives a file another name, in place of whatever bore it. Durable once the directory is synced.
    public func rename(_ path: String, to newPath: String) throws(StorageError) {
        try SystemCalls.rename(path, newPath)
    }

    /// Takes a file's name away. Durable once the directory is synced.
    public func unlink(_ path: String) throws(StorageError) {
        try SystemCalls.unlink(path, directory: false)
    }

    /// Removes an empty directory. Durable once the one above it is synced.
    public func removeDirectory(_ path: String) throws(StorageError) {
        try SystemCalls.unlink(path, directory: true)
    }

    /// Makes the names in a directory durable. After a failure it is refused for as long as the process runs (R7).
    public func syncDirectory(_ path: String) throws(StorageError) {
        let descriptor = try SystemCalls.open(path, O_RDONLY)
        defer { SystemCalls.close(descriptor) }
        guard !FailedSyncs.contains(descriptor) else { throw FailedSyncs.refusal("fsync", path) }
        do {
            try SystemCalls.synchronizeAll(descriptor, path)
        } catch {
            FailedSyncs.insert(descriptor)
            throw error
        }
    }

    /// Takes a lock that ends with the process, and leaves the holder's name in the file.
    ///
    /// - Throws: ``StorageError``, `locked` with the name of whoever holds it.
    public func lock(_ path: String, holder: String) throws(StorageError) -> any FileLock {
        let file = PosixFile(descriptor: try SystemCalls.open(path, O_RDWR | O_CREAT), path: path)
        guard try SystemCalls.lockExclusively(file.descriptor, path) else {
            throw StorageError(.locked, operation: "flock", path: path, detail: try Self.text(of: file))
        }
        try file.truncate(0)
        unsafe try file.write([ByteBlock(copying: holder.utf8.span.bytes)], at: 0)
        return PosixFileLock(file: file)
    }

    /// The first 200 bytes of a file, as text.
    private static func text(of file: PosixFile) throws(StorageError) -> String {
        let length = min(try file.size(), 200)
        guard length > 0 else { return "its holder left no name" }
        let region = try file.map(length, .readOnly)
        return String(decoding: region.bytes.array(), as: UTF8.self)
    }
}

/// Holds the descriptor that the kernel's lock belongs to.
private final class PosixFileLock: FileLock {
    private let file: PosixFile

    init(file: PosixFile) {
        self.file = file
    }
}
