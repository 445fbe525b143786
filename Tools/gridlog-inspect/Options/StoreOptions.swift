import ArgumentParser
import EventLog
import Gridlog
import Storage

/// Which store, and how what is found is shown.
struct StoreOptions: ParsableArguments {
    @Argument(help: "The data directory of the store.")
    var directory: String

    @Flag(help: "Print JSON: one document, or a line for each thing found.")
    var json = false

    @Flag(help: "Show times in the zone of this machine, not in UTC.")
    var local = false

    var time: TimeText { TimeText(isLocal: local) }

    /// Opens the store.
    func open() throws -> StoreInspection {
        let store = try Self.open(directory)
        for warning in store.warnings { Output.complain(warning.description) }
        return store
    }

    static func open(_ directory: String) throws -> StoreInspection {
        var path = directory[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        do throws(GridlogError) {
            return try StoreInspection(String(path))
        } catch {
            let isDamaged = error.code == .storageDamaged
            throw Failure(isDamaged ? .damaged : .usage, error.message)
        }
    }
}

extension StoreInspection {
    /// The topics of a store, or the one of a name.
    func topics(named name: String?) throws -> [Catalog.TopicEntry] {
        guard let name else { return catalog.topics.sorted { $0.name < $1.name } }
        guard let found = topic(name) else {
            let names = catalog.topics.map(\.name).sorted()
            let known = names.isEmpty ? "it has none" : "it has \(names.prefix(20).joined(separator: ", "))"
            throw Failure(.usage, "The store has no topic '\(name)'; \(known).")
        }
        return [found]
    }

    /// The frames of a topic's segments at most, unpacked, as far as they can be looked at.
    func logBytes(of topic: Catalog.TopicEntry) -> Int {
        (try? log(of: topic))?.segments.reduce(0) { $0 + $1.rawLength } ?? 0
    }
}
