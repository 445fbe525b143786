import Storage

/// The directory of a store: is it ours, and does nobody else hold it?
struct DataDirectory: Sendable {
    private static let lockName = "LOCK"
    private static let manifestNames: Set = ["MANIFEST-A", "MANIFEST-B"]
    /// What a store, or a first start that was cut off, may have left.
    private static let ownNames: Set = ["LOCK", "MANIFEST-A", "MANIFEST-B", "topics", "keys.json", "lost+found"]

    let lock: any FileLock

    /// Makes the directory if need be, and takes its lock for the life of this value.
    ///
    /// - Throws: `directoryInUse` naming the holder, `notAStore` when other things lie in it.
    static func take(_ environment: BrokerEnvironment) throws(GridlogError) -> DataDirectory {
        let directory = environment.directory
        let fileSystem = environment.fileSystem
        let names = try GridlogError.converting { () throws(StorageError) in
            try fileSystem.createDirectory(directory)
            try fileSystem.syncDirectory(environment.parentDirectory)
            return try fileSystem.list(directory)
        }
        let foreign = names.filter { !ownNames.contains($0) && !$0.hasPrefix("keys.json.") }
        guard foreign.isEmpty || names.contains(where: manifestNames.contains) else {
            throw GridlogError(
                .notAStore,
                "The directory '\(directory)' holds other things ('\(foreign[0])') and no Gridlog store; "
                    + "name an empty or a new one.")
        }
        let lock: any FileLock
        do {
            lock = try fileSystem.lock(
                environment.path(lockName), holder: "gridlog, process \(ProcessIdentity.current)")
        } catch {
            guard error.code == .locked else { throw GridlogError(error) }
            throw GridlogError(
                .directoryInUse,
                "The data directory '\(directory)' is held by another process (\(error.detail)); "
                    + "stop it, or name another directory.")
        }
        try GridlogError.converting { () throws(StorageError) in
            try fileSystem.createDirectory(environment.path("topics"))
            try fileSystem.syncDirectory(directory)
        }
        return DataDirectory(lock: lock)
    }
}
