import EventLog
import Foundation
import Storage

/// A store that is being written: no server takes it for one before ``finish(_:)``.
struct NewStore {
    let path: String
    let fileSystem = PosixFileSystem()
    /// The store that it is made of; its directory stays as it is.
    private let source: String
    /// Whether it was there, and empty.
    private let existed: Bool

    /// What a new file system has of its own.
    private static let foundNames: Set = ["lost+found"]
    private static let keysName = "keys.json"
    private static let keysBytesMax = 1 << 20

    /// - Throws: ``Failure`` when something is in the directory, or it lies in the store itself.
    init(_ path: String, of source: String) throws {
        self.source = source
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
                throw StorageError(.alreadyExists, operation: "make", path: self.path, detail: "it is not empty")
            }
            existed = true
        } catch {
            switch error.code {
            case .notFound: existed = false
            case .alreadyExists:
                throw Failure(
                    .usage, "'\(path)' is not empty; name a directory that does not exist yet, or an empty one.")
            default: throw Failure(.usage, "A store cannot be made in '\(path)': \(error.description)")
            }
        }
    }

    /// The path without links, as far as it exists.
    private static func resolved(_ path: String) -> String {
        let place = URL(fileURLWithPath: path)
        return place.deletingLastPathComponent().resolvingSymlinksInPath().appending(path: place.lastPathComponent)
            .resolvingSymlinksInPath().path
    }

    /// Begins it; Ctrl-C removes it from now on.
    func make() throws(StorageError) {
        Interruption.begin(path) { remove() }
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

    /// The keys, then the catalog: without it nothing takes the directory for a store. All of it is durable then, but what lies in the
    /// directories of logs, which is so before.
    func finish(_ catalog: [UInt8]) throws {
        try copyKeys()
        try sync()
        Interruption.check()
        try Manifest.writeBoth(catalog.span.bytes, in: path, fileSystem)
        try sync()
        Interruption.end()
    }

    /// Copies the access keys, if there are any, for their owner only.
    private func copyKeys() throws {
        guard try fileSystem.contains(Self.keysName, in: source) else { return }
        let keys = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(source)/\(Self.keysName)"))
        let content = try keys.read(upToCount: Self.keysBytesMax + 1) ?? Data()
        guard content.count <= Self.keysBytesMax else {
            throw Failure(.damaged, "'\(source)/\(Self.keysName)' is too long to be a file of access keys.")
        }
        let copy = try fileSystem.open("\(path)/\(Self.keysName)", .createNew)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy.path)
        let block = ByteBlock(capacity: content.count)
        for byte in content { block.append(byte) }
        try copy.write([block], at: 0)
        try copy.synchronize()
    }

    /// Makes the names of all files durable, but those in the directories of logs.
    private func sync() throws(StorageError) {
        try fileSystem.syncDirectory("\(path)/topics")
        try fileSystem.syncDirectory(path)
        try fileSystem.syncDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Removes what was made.
    func remove() {
        defer { Interruption.end() }
        guard existed else {
            try? FileManager.default.removeItem(atPath: path)
            return
        }
        for name in (try? fileSystem.list(path)) ?? [] where !Self.foundNames.contains(name) {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }
}
