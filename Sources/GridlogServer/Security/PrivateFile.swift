#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A small file that nobody but its owner may read, and that appears whole or not at all.
struct PrivateFile {
    let directory: String
    let path: String

    /// Read and write for the owner, nothing for others.
    static let mode: mode_t = 0o600
    /// More than any file of ours; a larger one is not ours.
    static let bytesMax = 64 * 1_024

    init(directory: String, name: String) {
        self.directory = directory
        self.path = "\(directory)/\(name)"
    }

    /// The bytes of the file; nil when there is none.
    /// - Throws: ``StartFailure`` when it cannot be read, is too large, or others may read it.
    func contents() throws(StartFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        try check(descriptor, "open", path)
        defer { close(descriptor) }

        var status = stat()
        try check(fstat(descriptor, &status), "examine", path)
        guard status.st_mode & S_IFMT == S_IFREG else { throw StartFailure("\(path) is not a file") }
        guard status.st_mode & 0o077 == 0 else {
            throw StartFailure(
                "\(path) can be read by others; run: chmod 600 '\(path)' (or delete it: the next start makes a new one)"
            )
        }

        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while bytes.count <= Self.bytesMax {
            let count = chunk.withUnsafeMutableBytes { buffer in
                retrying { read(descriptor, buffer.baseAddress, buffer.count) }
            }
            try check(count, "read", path)
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        throw StartFailure("\(path) is larger than \(Self.bytesMax) bytes: it is not a file of this broker")
    }

    /// Writes the file under another name, syncs it, gives it its name and syncs the directory. After a crash there is
    /// the whole file or none.
    func create(with bytes: [UInt8]) throws(StartFailure) {
        let temporary = path + ".new"
        // A left-over of a crash; it was never the file, and its mode cannot be trusted.
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, Self.mode)
        try check(descriptor, "create", temporary)
        defer { close(descriptor) }
        // The process's umask may have taken the owner's bits away.
        try check(fchmod(descriptor, Self.mode), "restrict", temporary)
        try writeAll(bytes, to: descriptor, temporary)
        try check(fsync(descriptor), "sync", temporary)
        try check(rename(temporary, path), "rename", temporary)
        try synchronizeDirectory()
    }

    private func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(StartFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { buffer in
                retrying { write(descriptor, buffer.baseAddress, buffer.count) }
            }
            try check(count, "write", path)
            rest = rest.dropFirst(count)
        }
    }

    private func synchronizeDirectory() throws(StartFailure) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try check(descriptor, "open", directory)
        defer { close(descriptor) }
        try check(fsync(descriptor), "sync", directory)
    }

    /// A call that a signal interrupted is made again.
    private func retrying(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    private func check(_ result: some BinaryInteger, _ operation: String, _ path: String) throws(StartFailure) {
        guard result < 0 else { return }
        throw StartFailure("cannot \(operation) \(path): \(String(cString: strerror(errno)))")
    }
}
