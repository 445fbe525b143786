import Foundation
import Storage

/// The new directory that a backup is made in.
struct BackupTarget {
    let path: String
    private let fileSystem = PosixFileSystem()
    /// Whether it was there, and empty.
    private let existed: Bool

    /// What a new file system has of its own.
    private static let foundNames: Set = ["lost+found"]
    private static let keysName = "keys.json"
    private static let keysBytesMax = 1 << 20

    /// - Parameter source: the store that is to be copied; its directory stays as it is.
    init(_ path: String, for source: String) throws {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        self.path = String(path)
        let (own, other) = (Self.resolved(self.path), Self.resolved(source))
        guard own != other, !own.hasPrefix(other + "/") else {
            throw Failure(.usage, "'\(path)' lies in the store itself; name a directory outside of it.")
        }
        do throws(StorageError) {
            let names = try fileSystem.list(self.path)
            guard Set(names).isSubset(of: Self.foundNames) else {
                throw StorageError(.alreadyExists, operation: "backup", path: self.path, detail: "it is not empty")
            }
            existed = true
        } catch {
            switch error.code {
            case .notFound: existed = false
            case .alreadyExists:
                throw Failure(
                    .usage, "'\(path)' is not empty; name a directory that does not exist yet, or an empty one.")
            default: throw Failure(.usage, "A backup cannot be made in '\(path)': \(error.description)")
            }
        }
    }

    /// The path without links, as far as it exists.
    static func resolved(_ path: String) -> String {
        let place = URL(fileURLWithPath: path)
        return place.deletingLastPathComponent().resolvingSymlinksInPath().appending(path: place.lastPathComponent)
            .resolvingSymlinksInPath().path
    }

    func make() throws(StorageError) {
        try fileSystem.createDirectory(path)
        try fileSystem.createDirectory("\(path)/topics")
    }

    /// Makes the directory of a topic, which bears the same name as in the store.
    func makeTopic(_ source: String) throws(StorageError) -> String {
        let directory = "\(path)/topics/\(URL(fileURLWithPath: source).lastPathComponent)"
        try fileSystem.createDirectory(directory)
        try fileSystem.createDirectory("\(directory)/subscriptions")
        return directory
    }

    /// Copies the access keys, if there are any, for their owner only.
    func copyKeys(from source: String) throws {
        guard try fileSystem.contains(Self.keysName, in: source) else { return }
        let keys = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(source)/\(Self.keysName)"))
        let content = try keys.read(upToCount: Self.keysBytesMax + 1) ?? Data()
        guard content.count <= Self.keysBytesMax else {
            throw Failure(.damaged, "'\(source)/\(Self.keysName)' is too long to be a file of access keys.")
        }
        let copy = try fileSystem.open("\(path)/\(Self.keysName)", .createNew)
        let block = ByteBlock(capacity: content.count)
        for byte in content { block.append(byte) }
        try copy.write([block], at: 0)
        try copy.synchronize()
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy.path)
    }

    /// Makes the names of all files durable, but those in the directories of logs.
    func sync() throws(StorageError) {
        try fileSystem.syncDirectory("\(path)/topics")
        try fileSystem.syncDirectory(path)
        try fileSystem.syncDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Removes what was made.
    func remove() {
        guard existed else {
            try? FileManager.default.removeItem(atPath: path)
            return
        }
        for name in (try? fileSystem.list(path)) ?? [] where !Self.foundNames.contains(name) {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }
}
