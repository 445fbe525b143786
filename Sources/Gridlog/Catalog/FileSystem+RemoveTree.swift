import Storage

extension FileSystem {
    /// Removes a directory with everything in it; does nothing when it is not there. At most four levels deep.
    func removeTree(_ path: String, depth: Int = 3) throws(StorageError) {
        let names: [String]
        do {
            names = try list(path)
        } catch {
            guard error.code == .notFound else { throw error }
            return
        }
        for name in names {
            let child = "\(path)/\(name)"
            if depth > 0, (try? list(child)) != nil {
                try removeTree(child, depth: depth - 1)
            } else {
                try unlink(child)
            }
        }
        try removeDirectory(path)
    }
}
