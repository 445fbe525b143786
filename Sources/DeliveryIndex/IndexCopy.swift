package import Storage

/// The files of an index, copied into memory while a process may be using them.
package struct IndexCopy: Sendable {
    private let directory: String
    private var files = ScratchFileSystem()

    private static let attemptsMax = 5

    /// No files: an index that is opened on it is rebuilt from the log alone.
    package init() {
        directory = ""
    }

    /// Copies them, `WINDOW` first: what its cursor passed, the slots that are copied later say too. When chunks were made or freed
    /// meanwhile it is done again, at most five times. O(bytes).
    package init(of directory: String, from fileSystem: any FileSystem) throws(StorageError) {
        self.directory = directory
        for _ in 0..<Self.attemptsMax {
            files = ScratchFileSystem()
            try copy(from: fileSystem, to: files)
            guard let copied = try Self.window(of: directory, in: files),
                let now = try Self.window(of: directory, in: fileSystem)
            else { return }
            if copied.liveChunks == now.liveChunks, copied.pendingChunk == now.pendingChunk { return }
        }
    }

    /// One past the last event that the index of some run of the machine looked at, as far as `WINDOW` can be read; 0 else. O(1).
    package static func cursor(of directory: String, in fileSystem: any FileSystem) -> UInt64 {
        guard let window = try? window(of: directory, in: fileSystem), window.isWhole else { return 0 }
        return max(window.cursor, window.floor)
    }

    private func copy(from source: any FileSystem, to files: ScratchFileSystem) throws(StorageError) {
        try files.copyFiles(
            of: directory, from: source, first: WindowPage.fileName, bytesMax: max(WindowPage.size, SlotChunk.size))
    }

    private static func window(
        of directory: String, in fileSystem: any FileSystem
    ) throws(StorageError) -> WindowPage? {
        guard let file = try? fileSystem.open("\(directory)/\(WindowPage.fileName)", .read),
            try file.size() == WindowPage.size
        else { return nil }
        return WindowPage(region: try file.map(WindowPage.size, .readOnly))
    }

    /// Opens an index on the files, as often as wanted: each time they are as they were copied.
    ///
    /// - Parameter options: whose file system and directory do not matter.
    package func open(_ options: IndexOptions) throws(StorageError) -> SubscriptionIndex {
        let scratch = ScratchFileSystem()
        try copy(from: files, to: scratch)
        var options = options
        options.fileSystem = scratch
        options.directory = directory
        return try SubscriptionIndex.open(options)
    }
}
