import EventLog
import FoundationEssentials
import Storage

/// Keeps the catalog: one change at a time, durable before it is in force.
final class CatalogStore: Sendable {
    private struct State {
        var manifest: Manifest
        var catalog: Catalog
        /// Why nothing can be changed any more.
        var failure: GridlogError?
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

    /// Why nothing can be changed any more until the broker is opened again, if so.
    var problem: GridlogError? { state.withLock { $0.failure } }

    /// Changes the catalog. Blocking.
    ///
    /// When there is no space, or the body throws, it stays as it was. When a write or a sync fails, the change is *in doubt*: here it
    /// is not in force, the next opening may find it in force, and until then nothing can be changed any more.
    ///
    /// Written to both slots: when one of them is damaged later, the other does not lead back to a catalog that gives ids a
    /// second time.
    ///
    /// - Parameter inDoubt: called when this change is in doubt, not when it was refused because of an earlier one.
    func change<Result>(
        inDoubt: (GridlogError) -> Void = { _ in }, _ body: (inout Catalog) throws(GridlogError) -> Result
    ) throws(GridlogError) -> Result {
        var isInDoubt = false
        do {
            return try state.withLock { state throws(GridlogError) in
                if let failure = state.failure { throw failure }
                var catalog = state.catalog
                let result = try body(&catalog)
                let content = try Self.encode(catalog)
                // All that may be missing is found before anything is written.
                try GridlogError.converting { () throws(StorageError) in try state.manifest.reserve(content.count) }
                do throws(StorageError) {
                    for _ in 0..<2 { unsafe try state.manifest.write(content.span.bytes) }
                } catch {
                    isInDoubt = true
                    let failure = Self.failure(error)
                    state.failure = failure
                    throw failure
                }
                state.catalog = catalog
                return result
            }
        } catch {
            if isInDoubt { inDoubt(error) }
            throw error
        }
    }

    private static func failure(_ error: StorageError) -> GridlogError {
        GridlogError(
            .unavailable,
            "A change of topics or event subscriptions could not be written, and may be found done at the next start; until "
                + "then none can be made. Look after the disk, then start the broker again (\(error.description)).")
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

    static func decode(_ content: [UInt8]) throws(GridlogError) -> Catalog {
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
