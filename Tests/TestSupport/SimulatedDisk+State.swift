import Storage

extension SimulatedDisk.State {
    /// Notes a call and finds out whether it fails.
    ///
    /// - Returns: the error to report after a half of the work, for a call that is cut short.
    mutating func begin(_ call: DiskCall, _ path: String) throws(StorageError) -> StorageError? {
        history.append((call, path))
        // Every fault counts the call; the first that it meets happens.
        let met = faults.indices.filter { faults[$0].meets(call, path) }
        guard let first = met.first else { return nil }
        let fault = faults[first]
        if !fault.isLasting { faults.remove(at: first) }
        func error(_ code: StorageError.Code) -> StorageError {
            StorageError(code, operation: call.rawValue, path: path, detail: "simulated")
        }
        switch fault.effect {
        case .error(let code): throw error(code)
        case .short(let code): return error(code)
        case .powerOff:
            isOff = true
            throw error(.inputOutput)
        }
    }

    /// The directory of a path, and the last part of it.
    func parent(of path: String) throws(StorageError) -> (directory: SimulatedDirectory, name: String) {
        let parts = path.split(separator: "/")
        guard let name = parts.last else {
            throw StorageError(.inputOutput, operation: "lookup", path: path, detail: "the root has no parent")
        }
        return (try directory(parts.dropLast(), path), String(name))
    }

    func directory(at path: String) throws(StorageError) -> SimulatedDirectory {
        try directory(path.split(separator: "/")[...], path)
    }

    private func directory(_ parts: ArraySlice<Substring>, _ path: String) throws(StorageError) -> SimulatedDirectory {
        var directory = root
        for part in parts {
            guard case .directory(let next) = directory.live[String(part)] else {
                throw StorageError(.notFound, operation: "lookup", path: path, detail: "no such directory")
            }
            directory = next
        }
        return directory
    }

    func file(at path: String) throws(StorageError) -> SimulatedInode {
        let (directory, name) = try parent(of: path)
        guard case .file(let inode) = directory.live[name] else {
            throw StorageError(.notFound, operation: "lookup", path: path, detail: "no such file")
        }
        return inode
    }
}

extension SimulatedDirectory {
    /// Calls the body with every file below, in the order of names.
    func forEachFile(_ body: (SimulatedInode) -> Void) {
        for (_, node) in live.sorted(by: { $0.key < $1.key }) {
            switch node {
            case .file(let inode): body(inode)
            case .directory(let directory): directory.forEachFile(body)
            }
        }
    }
}
