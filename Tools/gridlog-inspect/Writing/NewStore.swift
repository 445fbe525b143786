import EventLog
import Foundation
import Gridlog
import Storage

/// A store that is being written: no server takes it for one before ``finish()``.
struct NewStore {
    let directory: String
    let fileSystem: any FileSystem = PosixFileSystem()
    private let original: StoreInspection
    private let wasThere: Bool

    /// Makes the directory. - Throws: ``Failure`` when something is in it, or it lies in the store itself.
    init(_ directory: String, of original: StoreInspection) throws {
        var path = directory
        while path.count > 1, path.last == "/" { path.removeLast() }
        self.directory = path
        self.original = original
        let (own, other) = (BackupTarget.resolved(path), BackupTarget.resolved(original.directory))
        guard own != other, !own.hasPrefix(other + "/") else {
            throw Failure(.usage, "'\(path)' lies in the store itself; name a directory outside of it.")
        }
        let names = try? fileSystem.list(path)
        guard names ?? [] == [] else {
            throw Failure(.usage, "The directory '\(path)' is not empty; name a new one.")
        }
        wasThere = names != nil
        do throws(StorageError) {
            try fileSystem.createDirectory(path)
            try fileSystem.createDirectory("\(path)/topics")
        } catch {
            throw Failure(.usage, "The directory '\(path)' cannot be made: \(error.description).")
        }
    }

    func identity(of topic: Catalog.TopicEntry) throws -> LogIdentity {
        guard let store = original.identity else {
            throw Failure(.damaged, "The catalog of '\(original.directory)' names no valid store identity.")
        }
        return LogIdentity(store: store, log: topic.id)
    }

    /// Makes the directory of a topic's log.
    func makeDirectory(of topic: Catalog.TopicEntry) throws(StorageError) -> String {
        let name = original.directory(of: topic).split(separator: "/").last.map(String.init) ?? ""
        let path = "\(directory)/topics/\(name)"
        try fileSystem.createDirectory(path)
        try fileSystem.syncDirectory("\(directory)/topics")
        return path
    }

    /// Writes keys and catalog: now it is a store.
    func finish() throws {
        let keys = "\(original.directory)/keys.json"
        if FileManager.default.fileExists(atPath: keys) {
            // With its mode, which lets nobody else read it.
            try FileManager.default.copyItem(atPath: keys, toPath: "\(directory)/keys.json")
        }
        try fileSystem.syncDirectory(directory)
        try Manifest.writeBoth(original.catalogBytes.span.bytes, in: directory, fileSystem)
        try fileSystem.syncDirectory(parent)
    }

    private var parent: String { URL(fileURLWithPath: directory).deletingLastPathComponent().path }

    /// Removes what was written so far.
    func discard() {
        try? FileManager.default.removeItem(atPath: directory)
        if wasThere { try? fileSystem.createDirectory(directory) }
    }
}
