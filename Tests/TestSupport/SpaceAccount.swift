import Storage

/// How much of the simulated disk is taken.
final class SpaceAccount: Sendable {
    static let blockLength = 4_096

    private struct State {
        var usedBlocks = 0
        var limit: Int?
    }

    private let state = Guarded(State())

    /// The size of the disk in bytes; `nil` for one that never fills up.
    var limit: Int? {
        get { state.withLock { $0.limit } }
        set { state.withLock { $0.limit = newValue } }
    }

    var usedBytes: Int { state.withLock { $0.usedBlocks * Self.blockLength } }

    /// Takes blocks. - Returns: whether there were that many.
    func take(_ blocks: Int) -> Bool {
        state.withLock { state in
            if let limit = state.limit, (state.usedBlocks + blocks) * Self.blockLength > limit, blocks > 0 {
                return false
            }
            state.usedBlocks += blocks
            return true
        }
    }
}
