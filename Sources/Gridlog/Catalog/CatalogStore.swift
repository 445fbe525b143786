import EventLog
import FoundationEssentials
import Storage

/// Keeps the catalog: one change at a time, durable before it is in force.
final class CatalogStore: Sendable {
    private struct State {
        var manifest: Manifest
        var catalog: Catalog
    }

    /// Not the engine's lock: a change holds it while it syncs. Nobody on the data path takes it.
    private let state: Guarded<State>

    private init(manifest: sending Manifest, catalog: Catalog) {
        state = Guarded(State(manifest: manifest, catalog: catalog))
    }

    /// Reads the catalog of a directory, or makes the first one; counts the opening.
    static func open(in environment: BrokerEnvironment) throws(GridlogError) -> CatalogStore {
        let (manifest, content) = try GridlogError.converting { () throws(LogError) in
            try Manifest.open(in: environment.directory, environment.fileSystem)
        }
        var catalog = if let content { try decode(content) } else { try firstCatalog(environment) }
        catalog.openCount &+= 1
        let store = CatalogStore(manifest: manifest, catalog: catalog)
        try store.change { _ in }
        return store
    }

    var catalog: Catalog { state.withLock { $0.catalog } }

    /// Changes the catalog; when the disk refuses, it stays as it was. Blocking.
    ///
    /// Written to both slots: when one of them is damaged later, the other does not lead back to a catalog that gives ids a
    /// second time.
    func change<Result>(_ body: (inout Catalog) throws(GridlogError) -> Result) throws(GridlogError) -> Result {
        try state.withLock { state throws(GridlogError) in
            var catalog = state.catalog
            let result = try body(&catalog)
            let content = try Self.encode(catalog)
            for _ in 0..<2 {
                try GridlogError.converting { () throws(StorageError) in
                    unsafe try state.manifest.write(content.span.bytes)
                }
            }
            state.catalog = catalog
            return result
        }
    }

    /// A store that has topics has had a catalog: without one it is damaged, not new (R19).
    private static func firstCatalog(_ environment: BrokerEnvironment) throws(GridlogError) -> Catalog {
        let topics = try GridlogError.converting { () throws(StorageError) in
            try environment.fileSystem.list(environment.path("topics"))
        }
        guard topics.isEmpty else {
            throw GridlogError(
                .storageDamaged,
                "Both manifests in '\(environment.directory)' are missing or damaged, but there are topics; nothing was "
                    + "changed. Put MANIFEST-A or MANIFEST-B back from a copy.")
        }
        return Catalog(
            store: RandomBytes(environment.random).hexadecimal,
            tokenKey: RandomBytes(environment.random).hexadecimal, openCount: 0,
            nextTopic: 1, topics: [],
            deletedTopics: [])
    }

    private static func encode(_ catalog: Catalog) throws(GridlogError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        do {
            return Array(try encoder.encode(catalog))
        } catch {
            throw GridlogError(.internalError, "The catalog cannot be encoded: \(error)")
        }
    }

    private static func decode(_ content: [UInt8]) throws(GridlogError) -> Catalog {
        struct Version: Decodable { let format: Int }
        do {
            let format = try JSONDecoder().decode(Version.self, from: Data(content)).format
            guard format == Catalog.currentFormat else {
                throw GridlogError(
                    .incompatibleVersion,
                    "The data directory has format \(format); this version reads format \(Catalog.currentFormat).")
            }
            return try JSONDecoder().decode(Catalog.self, from: Data(content))
        } catch let error as GridlogError {
            throw error
        } catch {
            throw GridlogError(.incompatibleVersion, "The catalog in the data directory cannot be read: \(error)")
        }
    }
}
