import EventLog
import Foundation
import Gridlog
import Storage

/// Copies a store into a new directory while a server may be writing to it.
///
/// The copy is what the store was at a moment after it began: the catalog is read first, then each log, then the catalog again; when it
/// changed meanwhile, the logs are listed anew, and only what is new is copied.
final class StoreBackup {
    private let source: String
    private let target: NewStore
    private let fileSystem = PosixFileSystem()
    private let progress: Progress
    private var logs: [UInt64: LogCopy] = [:]

    /// So often is a store that changes while it is copied listed anew.
    private static let attemptsMax = 20

    init(_ source: String, into target: NewStore, _ progress: Progress) {
        self.source = source
        self.target = target
        self.progress = progress
    }

    /// - Returns: what was copied. After an error nothing is left of it.
    func run() throws -> [BackupListing.Topic] {
        do {
            try target.make()
            let (catalog, topics) = try copyLogs()
            try finish(catalog)
            progress.finish()
            return topics.compactMap { topic in logs[topic.id].map { BackupListing.Topic(topic.name, $0) } }
        } catch {
            progress.finish()
            target.remove()
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: any Error) -> any Error {
        let nothing = "nothing was kept of the backup"
        if let error = error as? LogError {
            return Failure(error.code == .damaged ? .damaged : .usage, "\(error.description); \(nothing)")
        }
        if let error = error as? StorageError { return Failure(.usage, "\(error.description); \(nothing)") }
        return error
    }

    // MARK: - Logs

    /// - Returns: the catalog that the copied logs belong to.
    private func copyLogs() throws -> (catalog: [UInt8], topics: [Catalog.TopicEntry]) {
        var last: LogError?
        for _ in 0..<Self.attemptsMax {
            let before = try catalog()
            let store = try StoreOptions.open(source)
            try forgetTopics(except: Set(store.catalog.topics.map(\.id)))
            do {
                for topic in store.topicsBeforeTheirDeadLetters { try copy(topic, of: store) }
            } catch let error as LogError {
                // Given up, packed or deleted meanwhile: then it does not look the same in a newer listing.
                guard error.code != .noSpace, error != last else { throw error }
                last = error
                continue
            }
            if try catalog() == before { return (before, store.catalog.topics.sorted { $0.name < $1.name }) }
        }
        throw Failure(
            .usage,
            "The store changed \(Self.attemptsMax) times while it was copied, and nothing was kept of the backup; try again when "
                + "fewer topics and event subscriptions are being changed.")
    }

    private func catalog() throws(Failure) -> [UInt8] {
        do {
            let content = try Manifest.inspect(in: source, Set(try fileSystem.list(source)), fileSystem).content
            if let content { return content }
        } catch {
            throw Failure(.usage, "The catalog in '\(source)' cannot be read: \(error)")
        }
        throw Failure(.damaged, "Both manifests in '\(source)' are missing or damaged.")
    }

    private func copy(_ topic: Catalog.TopicEntry, of store: StoreInspection) throws {
        let log = try store.log(of: topic)
        guard let identity = store.identity else {
            throw Failure(.damaged, "The catalog names no valid identity of the store.")
        }
        var copy =
            try logs[topic.id]
            ?? LogCopy(
                into: target.makeTopic(log.directory), of: LogIdentity(store: identity, log: topic.id), fileSystem)
        // Also after an error: what is copied need not be copied again.
        defer { logs[topic.id] = copy }
        try copy.copy(log, pause: { Thread.sleep(forTimeInterval: 0.02) }, progress: progress.advance)
    }

    private func forgetTopics(except ids: Set<UInt64>) throws {
        for (id, copy) in logs where !ids.contains(id) {
            try FileManager.default.removeItem(atPath: copy.directory)
            logs[id] = nil
        }
    }

    // MARK: - Making a store of it

    private func finish(_ catalog: [UInt8]) throws {
        for copy in logs.values { try copy.writeManifest() }
        try target.finish(catalog)
    }
}
