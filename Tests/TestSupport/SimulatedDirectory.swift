/// A directory: the names that processes see, and those that a power cut leaves.
///
/// Guarded by the lock of its disk.
final class SimulatedDirectory {
    enum Node {
        case file(SimulatedInode)
        case directory(SimulatedDirectory)
    }

    /// One call that changed names and is not synced yet.
    enum Change {
        case add(String, Node)
        case rename(String, String, Node)
        case remove(String)

        var names: [String] {
            switch self {
            case .add(let name, _), .remove(let name): [name]
            case .rename(let old, let new, _): [old, new]
            }
        }
    }

    private(set) var live: [String: Node] = [:]
    private var durable: [String: Node] = [:]
    private var unsynced: [Change] = []

    func make(_ change: Change) {
        Self.apply(change, to: &live)
        unsynced.append(change)
    }

    func synchronize() {
        durable = live
        unsynced.removeAll()
    }

    /// The directory as it is after the power came back.
    func afterPowerCut(_ survival: inout Survival, _ space: SpaceAccount) -> SimulatedDirectory {
        let next = SimulatedDirectory()
        var names = durable
        for change in survival.keptChanges(unsynced) { Self.apply(change, to: &names) }
        for (name, node) in names.sorted(by: { $0.key < $1.key }) {
            next.live[name] =
                switch node {
                case .file(let inode): .file(inode.afterPowerCut(&survival, space))
                case .directory(let directory): .directory(directory.afterPowerCut(&survival, space))
                }
        }
        next.durable = next.live
        return next
    }

    private static func apply(_ change: Change, to names: inout [String: Node]) {
        switch change {
        case .add(let name, let node): names[name] = node
        case .remove(let name): names[name] = nil
        case .rename(let old, let new, let node):
            names[old] = nil
            names[new] = node
        }
    }
}
