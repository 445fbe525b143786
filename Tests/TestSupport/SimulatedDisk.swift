import Storage

/// A disk in memory that forgets what was not synced, fails when told to, and fills up.
///
/// Every file has a live image, which processes see, and a durable one, which is what a power cut leaves; every directory has
/// live and durable names. A process that dies without a power cut leaves the disk as it is, see ``processDied()``.
/// One lock guards all of it, so any thread may call it. Not simulated: rename across directories, sparse files, files over
/// 128 MiB.
public final class SimulatedDisk: Sendable {
    struct State {
        var root = SimulatedDirectory()
        var random: SeededRandom
        var faults: [DiskFault] = []
        var history: [(call: DiskCall, path: String)] = []
        var violations: [String] = []
        var locks: [String: (holder: String, number: Int)] = [:]
        /// A fault of effect `powerOff` has happened.
        var isOff = false
    }

    let state: Guarded<State>
    let space: SpaceAccount
    private let whenSyncing = Guarded<(@Sendable (String) -> Void)?>(nil)

    /// Called with the path at each sync of a file, before it happens: to let time pass, for one.
    public var onSynchronize: (@Sendable (String) -> Void)? {
        get { whenSyncing.withLock { $0 } }
        set { whenSyncing.withLock { $0 = newValue } }
    }

    /// An empty disk. The seed decides what a failed sync leaves.
    public convenience init(seed: UInt64 = 0) {
        self.init(State(random: SeededRandom(seed: seed)), SpaceAccount())
    }

    init(_ state: sending State, _ space: SpaceAccount) {
        self.state = Guarded(state)
        self.space = space
    }

    // MARK: - The power

    /// The disk as it is after the power failed now and came back. This one stays as it is.
    public func powerCut(_ survival: Survival) -> SimulatedDisk {
        var survival = survival
        let space = SpaceAccount()
        let next = state.withLock { state in
            var next = State(random: state.random.split())
            next.root = state.root.afterPowerCut(&survival, space)
            next.violations = state.violations
            return Transferred(value: next)
        }
        space.limit = self.space.limit
        return SimulatedDisk(next.value, space)
    }

    /// Lets the kernel write back some of what is dirty, as it may at any time.
    ///
    /// Call it only while no other thread stores into a mapping.
    public func writeBackSome() {
        state.withLock { state in
            var random = state.random.split()
            state.root.forEachFile { $0.writeBackSome(&random) }
        }
    }

    /// The process that used the disk died and left everything as it is; another may open the files again.
    public func processDied() {
        state.withLock { state in
            state.locks.removeAll()
            state.root.forEachFile { $0.syncFailed = false }
        }
    }

    // MARK: - Faults

    /// Lets a call fail: of that kind (`nil`: any) on a path that ends so (`nil`: any), after `after` more such calls.
    public func fail(
        _ call: DiskCall? = nil, on pathEnding: String? = nil, after: Int = 0, lasting: Bool = false,
        _ effect: DiskFault.Effect
    ) {
        state.withLock {
            $0.faults.append(
                DiskFault(call: call, pathEnding: pathEnding, after: after, isLasting: lasting, effect: effect))
        }
    }

    /// Every call after the next `calls` fails without effect, until ``powerCut(_:)``.
    public func powerOff(afterCalls calls: Int) {
        fail(after: calls, lasting: true, .powerOff)
    }

    /// How many faults have not happened yet, lasting ones included.
    public var faultsLeft: Int { state.withLock { $0.faults.count } }

    /// Whether the power went off, see ``powerOff(afterCalls:)``.
    public var isOff: Bool { state.withLock { $0.isOff } }

    /// Forgets all faults that have not happened. What went off is on again: the calls meanwhile had no effect.
    public func repair() {
        state.withLock {
            $0.faults.removeAll()
            $0.isOff = false
        }
    }

    /// The size of the disk in bytes; `nil`: it never fills up. Blocks are of 4,096 bytes.
    public var spaceLimit: Int? {
        get { space.limit }
        set { space.limit = newValue }
    }

    /// How many bytes the blocks of all files take.
    public var usedBytes: Int { space.usedBytes }

    // MARK: - What was called

    /// How many calls there were: of that kind, or of any.
    public func count(of call: DiskCall? = nil) -> Int {
        state.withLock { state in
            guard let call else { return state.history.count }
            return state.history.count { $0.call == call }
        }
    }

    /// Every call so far, in order.
    public var history: [(call: DiskCall, path: String)] {
        state.withLock { $0.history }
    }

    /// What the engine must never do and did, also before power cuts: syncing a file again after a failed sync (R3).
    public var violations: [String] {
        state.withLock { $0.violations }
    }
}

/// Hands the new state out of the lock; nothing else refers to it.
private struct Transferred: @unchecked Sendable {
    var value: SimulatedDisk.State
}
