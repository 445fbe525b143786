import EventLog
import Foundation
import Gridlog
import Storage

/// Whether a server may be changing the files of a topic: what looks damaged then may be half-written.
enum TopicActivity {
    /// What was not written to for so long lies still.
    private static let quietSeconds: TimeInterval = 5

    static func isRecent(_ topic: Catalog.TopicEntry, in store: StoreInspection, since start: Date) -> Bool {
        let directory = store.directory(of: topic)
        let names = (try? store.fileSystem.list(directory)) ?? []
        return (names.map { "\(directory)/\($0)" } + [directory]).contains { path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard let changed = attributes?[.modificationDate] as? Date else { return true }
            return changed > start - quietSeconds && changed < Date() + quietSeconds
        }
    }
}
