import Storage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A directory of its own on the real disk, removed at the end.
final class ScratchDirectory {
    let path: String
    let disk = PosixFileSystem()

    init() throws {
        var template = "/tmp/gridlog-test-XXXXXX"
        template = template.withCString { template in
            guard let copy = strdup(template) else { return "" }
            defer { free(copy) }
            return mkdtemp(copy).map { String(cString: $0) } ?? ""
        }
        guard !template.isEmpty else {
            throw StorageError(.inputOutput, operation: "mkdtemp", path: "/tmp", detail: "refused")
        }
        path = template
    }

    deinit {
        for name in (try? disk.list(path)) ?? [] {
            if (try? disk.unlink(file(name))) == nil { try? disk.removeDirectory(file(name)) }
        }
        try? disk.removeDirectory(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// What a file holds.
    func bytes(_ name: String) throws -> [UInt8] {
        let file = try disk.open(file(name), .read)
        let size = try file.size()
        guard size > 0 else { return [] }
        let region = try file.map(size, .readOnly)
        return region.bytes.array()
    }
}

extension ByteBlock {
    convenience init(_ bytes: [UInt8]) {
        self.init(copying: bytes.span.bytes)
    }
}
