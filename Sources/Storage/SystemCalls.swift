import CPlatform

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Every system call on files, one thin function each. A call that a signal interrupted is made again.
enum SystemCalls {
    /// Runs a call until it is not interrupted; a negative result becomes the error that `errno` names.
    static func retrying(
        _ operation: String, _ path: String, _ call: () -> Int
    ) throws(StorageError) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw error(errno, operation, path) }
        }
    }

    static func error(_ number: Int32, _ operation: String, _ path: String) -> StorageError {
        let code: StorageError.Code =
            switch number {
            case ENOENT: .notFound
            case EEXIST: .alreadyExists
            case ENOSPC, EDQUOT: .noSpace
            case EACCES, EPERM, EROFS: .permissionDenied
            default: .inputOutput
            }
        return StorageError(code, operation: operation, path: path, detail: unsafe String(cString: strerror(number)))
    }

    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(StorageError) -> Int32 {
        Int32(try retrying("open", path) { Int(Self.openFile(path, flags | O_CLOEXEC, mode)) })
    }

    private static func openFile(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        #if canImport(Darwin)
        Darwin.open(path, flags, mode)
        #elseif canImport(Musl)
        Musl.open(path, flags, mode)
        #else
        unsafe Glibc.open(path, flags, mode)
        #endif
    }

    static func close(_ descriptor: Int32) {
        #if canImport(Darwin)
        _ = Darwin.close(descriptor)
        #elseif canImport(Musl)
        _ = Musl.close(descriptor)
        #else
        _ = Glibc.close(descriptor)
        #endif
    }

    static func size(_ descriptor: Int32, _ path: String) throws(StorageError) -> Int {
        var status = stat()
        _ = try retrying("fstat", path) { unsafe Int(fstat(descriptor, &status)) }
        return Int(status.st_size)
    }

    /// `SYNC_FILE_RANGE_WRITE` alone waits for nothing, and leaves an error of the disk to be told by the next sync.
    static func beginWriting(_ descriptor: Int32, _ range: Range<Int>) {
        gridlog_begin_writing(descriptor, Int64(range.lowerBound), Int64(range.count))
    }

    static func synchronizeData(_ descriptor: Int32, _ path: String) throws(StorageError) {
        #if canImport(Darwin)
        _ = try retrying("fsync", path) { Int(fcntl(descriptor, F_FULLFSYNC)) }
        #else
        _ = try retrying("fdatasync", path) { Int(fdatasync(descriptor)) }
        #endif
    }

    static func synchronizeAll(_ descriptor: Int32, _ path: String) throws(StorageError) {
        _ = try retrying("fsync", path) { Int(fsync(descriptor)) }
    }

    static func allocate(_ descriptor: Int32, _ length: Int, _ path: String) throws(StorageError) {
        #if canImport(Darwin)
        // Setting the length of a longer file would cut it.
        let present = try size(descriptor, path)
        guard present < length else { return }
        var store = unsafe fstore_t(
            fst_flags: UInt32(F_ALLOCATEALL), fst_posmode: F_PEOFPOSMODE, fst_offset: 0,
            fst_length: off_t(length - present), fst_bytesalloc: 0)
        _ = try retrying("allocate", path) { unsafe Int(fcntl(descriptor, F_PREALLOCATE, &store)) }
        _ = try retrying("ftruncate", path) { Int(ftruncate(descriptor, off_t(length))) }
        #else
        // posix_fallocate returns the error instead of setting errno.
        while true {
            let result = posix_fallocate(descriptor, 0, off_t(length))
            if result == 0 { return }
            if result != EINTR { throw error(result, "fallocate", path) }
        }
        #endif
    }

    static func truncate(_ descriptor: Int32, _ length: Int, _ path: String) throws(StorageError) {
        _ = try retrying("ftruncate", path) { Int(ftruncate(descriptor, off_t(length))) }
    }

    /// Writes all bytes that the vectors name, in as many calls as it takes.
    static func writeAll(
        _ descriptor: Int32, _ vectors: UnsafeMutableBufferPointer<iovec>, at offset: Int, _ path: String
    ) throws(StorageError) {
        var position = offset
        var next = 0
        while next < vectors.count {
            let count = min(vectors.count - next, vectorsPerCallMax)
            let start = unsafe vectors.baseAddress.map { unsafe UnsafePointer($0 + next) }
            var written = try retrying("pwritev", path) {
                unsafe pwritev(descriptor, start, Int32(count), off_t(position))
            }
            // The kernel never takes nothing of something; a file system that does must not hold us in a loop.
            let asked = unsafe vectors[next..<next + count].reduce(0) { unsafe $0 + $1.iov_len }
            guard written > 0 || asked == 0 else { throw error(EIO, "pwritev", path) }
            position += written
            while next < vectors.count, unsafe written >= vectors[next].iov_len {
                unsafe written -= vectors[next].iov_len
                next += 1
            }
            if written > 0 {
                unsafe vectors[next].iov_base += written
                unsafe vectors[next].iov_len -= written
            }
        }
    }

    /// IOV_MAX of Linux and macOS.
    private static let vectorsPerCallMax = 1_024

    static func rename(_ path: String, _ newPath: String) throws(StorageError) {
        _ = try retrying("rename", path) { unsafe Int(renameat(AT_FDCWD, path, AT_FDCWD, newPath)) }
    }

    static func unlink(_ path: String, directory: Bool) throws(StorageError) {
        _ = try retrying(directory ? "rmdir" : "unlink", path) {
            unsafe Int(unlinkat(AT_FDCWD, path, directory ? AT_REMOVEDIR : 0))
        }
    }

    static func createDirectory(_ path: String) throws(StorageError) {
        _ = try retrying("mkdir", path) { unsafe Int(mkdir(path, 0o700)) }
    }

    /// - Returns: false when another open file holds the lock.
    static func lockExclusively(_ descriptor: Int32, _ path: String) throws(StorageError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let number = errno
            if number == EWOULDBLOCK { return false }
            if number != EINTR { throw error(number, "flock", path) }
        }
        return true
    }
}
