import Storage

/// A directory for the files of a workload.
public struct Scratch: Sendable {
    let directory: String
    let disk = PosixFileSystem()

    /// Makes the directory; its parent must exist.
    public init(_ directory: String) throws {
        self.directory = directory
        try disk.createDirectory(directory)
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// Removes a directory in it, with all that is there.
    func remove(_ name: String) throws {
        try removeTree(path(name))
    }

    /// Removes the directory, with all that is left there.
    public func remove() throws {
        try removeTree(directory)
    }

    private func removeTree(_ path: String) throws {
        for name in try disk.list(path) {
            let child = "\(path)/\(name)"
            do { try disk.unlink(child) } catch { try removeTree(child) }
        }
        try disk.removeDirectory(path)
    }
}
