package import Storage

extension Manifest {
    /// Writes content to both slots of a new manifest, durably.
    package static func writeBoth(
        _ content: RawSpan, in directory: String, _ fileSystem: any FileSystem
    ) throws(StorageError) {
        let manifest = Manifest(directory: directory, fileSystem: fileSystem, epoch: 0)
        manifest.owesDirectorySync = true
        for _ in 0..<2 { try manifest.write(content) }
    }

    /// The newest whole content of a directory's manifest, read without changing anything; `nil` when there is none.
    ///
    /// - Returns: also what is wrong with a slot whose neighbour holds, which loses nothing.
    /// - Throws: ``LogError``, when a slot is of a newer format.
    package static func inspect(
        in directory: String, _ names: Set<String>, _ fileSystem: any FileSystem
    ) throws(LogError) -> (content: [UInt8]?, warnings: [LogError]) {
        var newest: (epoch: UInt64, content: [UInt8])?
        var warnings: [LogError] = []
        for name in Self.names {
            let path = "\(directory)/\(name)"
            guard names.contains(name) else {
                warnings.append(
                    LogError(
                        .damaged, "one of the two manifests is missing; the next change writes it anew", file: path))
                continue
            }
            guard let found = try readIfPossible(path, fileSystem) else {
                warnings.append(
                    LogError(
                        .damaged,
                        "one of the two manifests is torn, damaged or cannot be opened; the next change writes it anew",
                        file: path,
                        offset: 0))
                continue
            }
            if found.epoch > newest?.epoch ?? 0 { newest = found }
        }
        return (newest?.content, newest == nil ? [] : warnings)
    }

    /// What cannot be opened counts as torn: the other slot may hold.
    private static func readIfPossible(
        _ path: String, _ fileSystem: any FileSystem
    ) throws(LogError) -> (epoch: UInt64, content: [UInt8])? {
        do throws(LogError) {
            return try read(path, fileSystem)
        } catch {
            guard error.code == .incompatible else { return nil }
            throw error
        }
    }
}
